import { depositRecoveryStates, type DepositRecoveryState } from '../domain/deposit-recovery.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { sameDigits } from '../domain/ids.ts'
import type { DepositRecoveryOrder, Progress, Start } from '../domain/orders.ts'
import type { WorkClock } from '../domain/operators-work.ts'
import type { RecordWrite, UnitPart } from '../ledger/unit-of-work.ts'
import { toDepositRecoveryRow, toDepositRecoveryView, type DepositRecovery } from '../store/deposit-recovery.ts'
import type { BankLinkStart } from './bank-link-progress.ts'
import { createRecordWrite } from './record-write.ts'
import { recoveredSteps, recoveryOrder, unrecoveredSteps } from './micro-deposit-units.ts'

/** Customers see nothing of it: no event of it is theirs. */
const recoveryWrite = createRecordWrite({
  kind: 'deposit-recovery',
  states: depositRecoveryStates,
  owners: () => ({}),
  view: (recovery: DepositRecovery) => toDepositRecoveryView(recovery),
  row: toDepositRecoveryRow,
  tasks: true
})

export type DepositRecoveryStart = Start<DepositRecoveryOrder, BankLinkStart['policy']>

/** Instants are RFC 3339 in business time. */
export interface DepositRecoveryProgress extends Progress<DepositRecoveryState> {
  readonly created_at: string
  /** From then on the bank may have it. */
  readonly sent_at?: string
}

export const toDepositRecoveryProgress = (recovery: DepositRecovery): DepositRecoveryProgress => ({
  id: recovery.id,
  state: recovery.state,
  version: recovery.version,
  created_at: recovery.createdAt.toISOString(),
  ...(recovery.declineCode !== null && { decline_code: recovery.declineCode }),
  ...(recovery.sentAt && { sent_at: recovery.sentAt.toISOString() })
})

/** The record's first write, in the unit of work that links the account; its run is started after that. */
export function recoveryBegun(link: BankLinkStart, recovery: DepositRecovery): RecordWrite {
  const order: DepositRecoveryStart = {
    id: recovery.id,
    order: recoveryOrder(recovery),
    policy: link.policy,
    fingerprint: link.fingerprint,
    actor: link.actor,
    requestId: link.requestId
  }
  return recoveryWrite(undefined, recovery, ['processing'], { order })
}

export const recoverySent = (recovery: DepositRecovery, sentAt: Date): UnitPart => ({
  records: [recoveryWrite(recovery, { ...recovery, sentAt }, [], { event: 'deposit_recovery.sent' })]
})

export const recoveryUndelivered = (recovery: DepositRecovery): UnitPart => ({
  records: [recoveryWrite(recovery, { ...recovery, sentAt: null }, [], { event: 'deposit_recovery.undelivered' })]
})

export const recovered = (recovery: DepositRecovery, bankReference: string): UnitPart => ({
  postings: recoveredSteps(recovery),
  records: [recoveryWrite(recovery, { ...recovery, bankReference }, ['succeeded'])]
})

/** The bank has not pulled and never will: what it cost is ours. */
export const unrecovered = (recovery: DepositRecovery, code: ProblemCode): UnitPart => ({
  postings: unrecoveredSteps(recovery),
  records: [recoveryWrite(recovery, { ...recovery, declineCode: code }, ['declined'])]
})

/** Nobody knows after 24 hours: an operator has to find out. */
export const recoveryStuck = (recovery: DepositRecovery, clock: WorkClock | undefined): UnitPart => ({
  records: [
    recoveryWrite(recovery, recovery, [], {
      event: 'deposit_recovery.stuck',
      task: {
        id: sameDigits('tsk', recovery.id),
        kind: 'stuck_bank_instruction',
        clock,
        data: { bank: recovery.bank, reference: recovery.id, sent_at: recovery.sentAt }
      }
    })
  ]
})
