import type { RecordWriter } from '../ledger/posting-queue.ts'
import { bankLinkWriter } from './bank-link.ts'
import { bankReturnWriter } from './bank-return.ts'
import { billPaymentWriter } from './bill-payment.ts'
import { cardLinkWriter } from './card-link.ts'
import { concessionWriter } from './concession.ts'
import { depositRecoveryWriter } from './deposit-recovery.ts'
import { disputeWriter } from './dispute.ts'
import { mandateWriter } from './mandate.ts'
import { onboardingWriter } from './onboarding-writer.ts'
import { paymentRequestWriter } from './payment-request.ts'
import { paymentWriter } from './payment.ts'
import { refundWriter } from './refund.ts'
import { settlementWriter } from './settlement.ts'
import { reconciliationWriter } from './reconciliation.ts'
import { topUpWriter } from './top-up.ts'
import { webhookEndpointWriter } from './webhook-record.ts'
import { withdrawalWriter } from './withdrawal.ts'
import { workClockWriter } from './work-clock.ts'

/** The set-based statement of each kind of record, for the posting queue. */
export const recordWriters: readonly RecordWriter[] = [
  paymentWriter,
  topUpWriter,
  onboardingWriter,
  paymentRequestWriter,
  withdrawalWriter,
  bankLinkWriter,
  depositRecoveryWriter,
  workClockWriter,
  bankReturnWriter,
  cardLinkWriter,
  refundWriter,
  disputeWriter,
  concessionWriter,
  settlementWriter,
  reconciliationWriter,
  webhookEndpointWriter,
  billPaymentWriter,
  billPaymentWriter,
  mandateWriter
]
