import { mayEnd } from '../domain/bank-account.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { sameDigits } from '../domain/ids.ts'
import { clockOf } from '../domain/operators-work.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { getDepositRecovery, type DepositRecovery } from '../store/deposit-recovery.ts'
import { findProcess } from '../store/process.ts'
import type { BankLinkStart } from './bank-link-progress.ts'
import { createBankTalk, type BankTalkDeps } from './bank-talk.ts'
import type { BankInquiry, SendAnswer } from './bank-words.ts'
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

/** How the micro-deposits of a linked account come back, in one pull under one reference: the recovery's id. */
export function depositRecoveryActivities(deps: BankTalkDeps & Pick<ActivityDeps, 'runs'>) {
  const { db, ledger, runs, crash } = deps
  const talk = createBankTalk(deps, {
    kind: 'deposit-recovery',
    operation: 'pull',
    get: (id) => getDepositRecovery(db, id),
    sendPart: recoverySent,
    undeliveredPart: recoveryUndelivered
  })

  async function step(
    { id, fingerprint }: DepositRecoveryStart,
    name: string,
    partFor: (recovery: DepositRecovery) => UnitPart | undefined
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

    sendRecovery: (start: DepositRecoveryStart): Promise<SendAnswer> => talk.send(start),

    inquireRecovery: (start: DepositRecoveryStart): Promise<BankInquiry> => talk.inquire(start),

    bookRecovery: (start: DepositRecoveryStart, bankReference: string): Promise<DepositRecoveryProgress> =>
      step(start, 'book', (recovery) => recovered(recovery, bankReference)),

    loseRecovery: (start: DepositRecoveryStart, code: ProblemCode, unsent = false): Promise<DepositRecoveryProgress> =>
      step(start, 'lose', (recovery) => (mayEnd(recovery, unsent) ? unrecovered(recovery, code) : undefined)),

    markRecoveryStuck: (start: DepositRecoveryStart): Promise<DepositRecoveryProgress> =>
      step(start, 'stuck', (recovery) => recoveryStuck(recovery, clockOf(start.policy.stuck_sla_ms))),

    readRecovery: async ({ id }: DepositRecoveryStart): Promise<DepositRecoveryProgress> =>
      toDepositRecoveryProgress(await getDepositRecovery(db, id))
  }
}
