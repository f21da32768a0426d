import type { ProblemCode } from '../domain/errors.ts'
import { toWire } from '../domain/money.ts'
import { sameDigits } from '../domain/ids.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { getDepositRecovery, type DepositRecovery } from '../store/deposit-recovery.ts'
import { findPersonalValue } from '../store/personal.ts'
import { findProcess, readBusinessNow } from '../store/process.ts'
import type { BankLinkStart } from './bank-link-progress.ts'
import type { BankAnswer, BankInquiry } from './bank-words.ts'
import {
  recovered,
  recoverySent,
  recoveryStuck,
  recoveryUndelivered,
  toDepositRecoveryProgress,
  unrecovered,
  type DepositRecoveryProgress,
  type DepositRecoveryStart
} from './deposit-recovery-units.ts'
import { advance } from './advance.ts'
import type { ActivityDeps } from './deps.ts'
import { createSendOnce } from './send-once.ts'

/** How the micro-deposits of a linked account come back, in one pull under one reference: the recovery's id. */
export function depositRecoveryActivities({
  db,
  ledger,
  bank,
  vault,
  runs,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'bank' | 'vault' | 'runs' | 'crash'>) {
  const sendOnce = createSendOnce({ ledger, bank, crash })

  async function step(
    { id, fingerprint }: DepositRecoveryStart,
    name: string,
    partFor: (recovery: DepositRecovery) => UnitPart
  ): Promise<DepositRecoveryProgress> {
    const { seen, posted } = await advance(
      ledger,
      { key: `${id}:${name}`, fingerprint },
      () => getDepositRecovery(db, id),
      (recovery) => (recovery.state === 'processing' ? partFor(recovery) : undefined)
    )
    if (posted) crash(`deposit-recovery.${name}/report`)
    return toDepositRecoveryProgress(seen)
  }

  return {
    /** Starts the recovery's run; the sweeper does what this leaves undone. */
    startRecovery: async ({ id }: BankLinkStart): Promise<void> => {
      const record = await findProcess(db, sameDigits('mdr', id))
      if (record?.open) await runs.restart(record.kind, record.id, record.order)
    },

    sendRecovery: async ({ id, fingerprint, policy }: DepositRecoveryStart): Promise<BankAnswer> => {
      const recovery = await getDepositRecovery(db, id)
      const { customerId: ownerId, bankAccountId: reference } = recovery
      const iban = await findPersonalValue(db, vault, { ownerId, kind: 'iban', reference })
      const holder = await findPersonalValue(db, vault, { ownerId, kind: 'name' })
      if (iban === undefined || holder === undefined) return { kind: 'declined', code: 'invalid_bank_account' }
      return sendOnce({
        instruction: {
          bank: recovery.bank,
          operation: 'pull',
          reference: id,
          iban,
          holder,
          money: toWire(recovery)
        },
        fingerprint,
        timeoutMs: policy.send_timeout_ms,
        replied: 'deposit-recovery.send/reply',
        mark: async () => {
          const now = await getDepositRecovery(db, id)
          const unsent = now.state === 'processing' && now.sentAt === null
          return unsent ? recoverySent(now, await readBusinessNow(db)) : undefined
        },
        unmark: async () => {
          const now = await getDepositRecovery(db, id)
          return now.state === 'processing' ? recoveryUndelivered(now) : undefined
        }
      })
    },

    inquireRecovery: ({ id, order, policy }: DepositRecoveryStart): Promise<BankInquiry> =>
      bank.inquire(order.bank, id, AbortSignal.timeout(policy.inquiry_timeout_ms)),

    bookRecovery: (start: DepositRecoveryStart, bankReference: string): Promise<DepositRecoveryProgress> =>
      step(start, 'book', (recovery) => recovered(recovery, bankReference)),

    loseRecovery: (start: DepositRecoveryStart, code: ProblemCode): Promise<DepositRecoveryProgress> =>
      step(start, 'lose', (recovery) => unrecovered(recovery, code)),

    markRecoveryStuck: (start: DepositRecoveryStart): Promise<DepositRecoveryProgress> =>
      step(start, 'stuck', recoveryStuck),

    readRecovery: async ({ id }: DepositRecoveryStart): Promise<DepositRecoveryProgress> =>
      toDepositRecoveryProgress(await getDepositRecovery(db, id))
  }
}
