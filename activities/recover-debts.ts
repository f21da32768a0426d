import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { AccountRef } from '../domain/account-kinds.ts'
import { spread } from '../domain/recovery.ts'
import { workflowIdOf } from '../domain/workflow-id.ts'
import type { PostingQueue } from '../ledger/posting-queue.ts'
import type { Guard, PostingStep, UnitOfWork } from '../ledger/unit-of-work.ts'
import { creditsCounter, debtsCounter, readHeld, readWalletDebts } from '../store/debts.ts'
import { recoverPart } from './bank-return-units.ts'
import type { ActivityDeps } from './deps.ts'

type Ledger = Pick<PostingQueue, 'post'>

/**
 * The ledger as every activity gets it: whatever makes more of a wallet available, a credit or a hold that is released, pays
 * in its own unit what the owner owes, the oldest first. What only passes through (in and out in one unit) adds
 * up to nothing and pays nothing. It stands here and not with each credit, so that no process can forget it; a unit that
 * takes from wallets alone, such as a payment, is handed on without a look at anything.
 */
export function recoverDebts({ db, ledger, runs }: Pick<ActivityDeps, 'db' | 'ledger' | 'runs'>): Ledger {
  return {
    post: async (unit) => {
      const wallets = await creditedWallets(db, unit)
      if (wallets.length === 0) return ledger.post(unit)
      const parts = await Promise.all(wallets.map((wallet) => recoveryFor(db, wallet)))
      const result = await ledger.post({
        ...unit,
        guards: [...(unit.guards ?? []), ...parts.flatMap(({ guards }) => guards)],
        postings: [...(unit.postings ?? []), ...parts.flatMap(({ postings }) => postings)],
        records: [...(unit.records ?? []), ...parts.flatMap(({ records }) => records)]
      })
      // Their runs look by themselves once a day; nobody has to wait for that.
      const paid = parts.flatMap(({ records }) => records.filter(({ kind, open }) => kind === 'bank-return' && !open))
      if (result.status === 'posted')
        await Promise.all(paid.map(({ id }) => runs.nudge(workflowIdOf('bank-return', id)).catch(() => undefined)))
      return result
    }
  }
}

interface Credited {
  readonly wallet: AccountRef
  /** What the unit makes of it available, in minor units: what goes in less what goes out. */
  readonly net: bigint
}

async function recoveryFor(db: Kysely<Database>, { wallet, net }: Credited) {
  const { open, debtsSeen } = await readWalletDebts(db, wallet.owner)
  const credits: Guard = {
    kind: 'counter',
    counter: creditsCounter(wallet.owner),
    add: 1n,
    code: 'amount_out_of_range'
  }
  const paid = spread(net, open)
  const kind = paid.length > 0 ? 'unmoved' : 'still'
  const guards: Guard[] = [credits, { kind, counter: debtsCounter(wallet.owner), seen: debtsSeen }]
  return { guards, ...recoverPart(wallet, open, paid) }
}

/** The wallets of which the unit makes more available than before. */
async function creditedWallets(db: Kysely<Database>, { postings = [] }: UnitOfWork): Promise<Credited[]> {
  if (!postings.some(mayCredit)) return []
  const ids = postings.flatMap((posting) => (posting.op === 'post' ? [] : [posting.hold]))
  const held = ids.length === 0 ? new Map<string, bigint>() : await readHeld(db, ids)
  const net = new Map<string, Credited>()
  const add = (wallet: AccountRef, amount: bigint) => {
    if (wallet.kind !== 'wallet') return
    net.set(wallet.owner, { wallet, net: (net.get(wallet.owner)?.net ?? 0n) + amount })
  }
  for (const posting of postings) {
    const { debit, credit } = posting
    const left = posting.op === 'post' ? 0n : (held.get(posting.hold) ?? 0n)
    switch (posting.op) {
      case 'post':
        add(debit, -posting.amount)
        add(credit, posting.amount)
        break
      case 'hold':
        add(debit, -posting.amount)
        break
      case 'post_hold':
        add(credit, posting.amount ?? left)
        held.set(posting.hold, left - (posting.amount ?? left))
        break
      default:
        add(debit, left)
    }
  }
  return [...net.values()].filter((credited) => credited.net > 0n)
}

/** Without a look at the database: what money moves into a wallet, or is let go of in one. */
const mayCredit = ({ op, debit, credit }: PostingStep): boolean =>
  op === 'void_hold' || op === 'expire_hold' ? debit.kind === 'wallet' : op !== 'hold' && credit.kind === 'wallet'
