import { idOf } from '../domain/ids.ts'
import { limitWindows } from '../domain/limits.ts'
import { findBankLink, getBankLink, type BankLink } from '../store/bank-link.ts'
import { findCustomer } from '../store/customers.ts'
import { findFirstVersion } from '../store/event.ts'
import { isSuspended } from '../store/kill-switches.ts'
import { isIbanTaken } from '../store/personal.ts'
import { readBusinessNow } from '../store/process.ts'
import type { OwnershipWord, PayeeWord } from './bank-link-bank.ts'
import {
  toBankLinkProgress,
  type BankLinkAccepted,
  type BankLinkProgress,
  type BankLinkStart
} from './bank-link-progress.ts'
import { bankLinkSteps } from './bank-link-steps.ts'
import { bankLinkUnits, type LinkFacts } from './bank-link-units.ts'
import { pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { settle } from './settle.ts'

/** The steps of a bank link that touch only our own records; each is one unit of work, and safe to repeat. */
export function bankLinkActivities({
  db,
  ledger,
  vault,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'crash'>) {
  const step = bankLinkSteps({ db, ledger, crash })

  /** Makes the account the customer's; or not, when somebody proved the same IBAN at the same moment. */
  async function link(start: BankLinkStart): Promise<BankLinkProgress> {
    try {
      return await step(start, { name: 'link' }, (begun, now) => bankLinkUnits(start, vault).linked(begun, now))
    } catch (error) {
      if (!isIbanTaken(error)) throw error
      return step(start, { name: 'taken' }, (begun) =>
        bankLinkUnits(start, vault).failed(begun, 'bank_account_unavailable')
      )
    }
  }

  return {
    /** Takes the link in, or ends it before any bank is asked. */
    openBankLink: async (start: BankLinkStart): Promise<BankLinkAccepted> => {
      const there = await findBankLink(db, start.id)
      if (!there) {
        const units = bankLinkUnits(start, vault)
        const [begun, facts] = [await newBankLink(db, start), await readLinkFacts(db, start)]
        const settled = await settle(ledger, async () => units.open(begun, facts))
        if (settled.kind === 'refused') await settle(ledger, async () => units.refused(begun, settled.code))
      }
      const progress = toBankLinkProgress(await getBankLink(db, start.id), start)
      crash('bank-link.open/report')
      return there ? { ...progress, first_version: await findFirstVersion(db, start.id) } : progress
    },

    /** What follows from the bank's word on the account holder's name. */
    concludePayee: (start: BankLinkStart, word: PayeeWord): Promise<BankLinkProgress> =>
      step(start, { name: 'payee' }, (begun, now) => {
        const units = bankLinkUnits(start, vault)
        if (begun.holderMatch !== null) return undefined
        if (word === 'no_match') return units.failed(begun, 'holder_mismatch')
        if (word === 'closed') return units.failed(begun, 'account_closed')
        return units.holderKnown(begun, word, now)
      }),

    /** What follows from the bank's word on whose the account is; `silent`: it had none for a day. */
    concludeOwnership: (start: BankLinkStart, word: OwnershipWord | 'silent'): Promise<BankLinkProgress> =>
      word === 'owned'
        ? link(start)
        : step(start, { name: 'disown' }, (begun) => bankLinkUnits(start, vault).failed(begun, 'ownership_unproved')),

    /** The customer did not do what only they can do. */
    expireBankLink: (start: BankLinkStart): Promise<BankLinkProgress> =>
      step(start, { name: 'expire' }, (begun, now) => {
        const { deadline } = toBankLinkProgress(begun, start)
        return deadline !== undefined && now.toISOString() >= deadline
          ? bankLinkUnits(start, vault).expired(begun)
          : undefined
      }),

    readBankLink: async (start: BankLinkStart): Promise<BankLinkProgress> =>
      toBankLinkProgress(await getBankLink(db, start.id), start),

    listBankLinkDecisions: pendingDecisions(db)
  }
}

async function readLinkFacts(db: ActivityDeps['db'], { order }: BankLinkStart): Promise<LinkFacts> {
  const customer = await findCustomer(db, order.customer_id)
  return {
    suspended: await isSuspended(db, 'bank-link', `bank_${order.bank}`),
    month: limitWindows(await readBusinessNow(db), customer!.zone).month
  }
}

const newBankLink = async (db: ActivityDeps['db'], { id, order }: BankLinkStart): Promise<BankLink> => ({
  id: idOf('ban', id),
  state: 'verifying',
  version: 0,
  customerId: idOf('cus', order.customer_id),
  bank: order.bank,
  method: order.method,
  holderMatch: null,
  holderConfirmed: false,
  checkingSince: null,
  askedSince: null,
  tries: 0,
  amounts: null,
  deposits: [],
  declineCode: null,
  createdAt: await readBusinessNow(db)
})
