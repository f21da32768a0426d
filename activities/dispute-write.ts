import { disputeStates, type DisputeState } from '../domain/dispute.ts'
import type { EventType } from '../domain/event-types.ts'
import type { RecordWrite } from '../ledger/unit-of-work.ts'
import type { WalletMove } from '../store/bank-return.ts'
import { toDisputeRow, toDisputeView, type Dispute } from '../store/dispute.ts'
import { createRecordWrite, type WriteExtra } from './record-write.ts'

type DisputeExtra = WriteExtra & { readonly row?: WalletMove & { readonly is_over?: boolean } }

/** The record's write for an arrow; none repeats the state with an event of its own. */
export const disputeWrite: (
  before: Dispute | undefined,
  after: Dispute,
  path: readonly DisputeState[],
  extra?: DisputeExtra
) => RecordWrite = createRecordWrite({
  kind: 'dispute',
  states: disputeStates,
  owners: ({ customerId, merchantId }: Dispute) => ({ customerId, merchantId }),
  view: toDisputeView,
  row: toDisputeRow,
  tasks: true
})

/** What is between the customer and us, and nothing to the merchant: an event without the merchant among its owners. */
export function customersWrite(
  before: Dispute,
  after: Dispute,
  extra: DisputeExtra & { event: EventType }
): RecordWrite {
  const { merchantId: _, ...write } = disputeWrite(before, after, [], extra)
  return write
}

/** Of what the customer owes for a credit that was taken back, a part was paid; the task is done with the last of it. */
export function repaidWrite(debt: Dispute, part: bigint, row: WalletMove): RecordWrite {
  const outstanding = debt.outstanding - part
  const event = outstanding === 0n ? 'dispute.recovered' : 'dispute.partly_recovered'
  return customersWrite(debt, { ...debt, outstanding }, { event, row: { ...row, is_over: outstanding === 0n } })
}
