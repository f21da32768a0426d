import { z } from 'zod'
import type { EventObject, EventType } from '../domain/event-types.ts'
import { eventTypes, objectOfType } from '../domain/event-types.ts'
import { disabledReasons } from '../domain/webhook-endpoint.ts'
import { BankAccountReply } from './bank-account-schemas.ts'
import { BankReturnReply } from './bank-return-schemas.ts'
import { BillPaymentReply } from './bill-payment-schemas.ts'
import { CardReply } from './card-schemas.ts'
import { ConcessionReply } from './concession-schemas.ts'
import { DisputeReply } from './dispute-schemas.ts'
import { EventReply } from './event-schemas.ts'
import { MandateReply } from './mandate-schemas.ts'
import { OnboardingReply } from './onboarding-schemas.ts'
import { PaymentRequestReply } from './payment-request-schemas.ts'
import { PaymentReply } from './payment-schemas.ts'
import { ReconciliationReply } from './reconciliation-schemas.ts'
import { RefundReply } from './refund-schemas.ts'
import { id, MoneyReply } from './schemas.ts'
import { SettlementReply } from './settlement-schemas.ts'
import { TopUpReply } from './top-up-schemas.ts'
import { WebhookEndpointReply } from './webhook-schemas.ts'
import { WithdrawalReply } from './withdrawal-schemas.ts'

/** What a reply knows beyond the record at that moment: when it was made, its history, its run. The envelope has the time. */
const beyond = { created_at: true, updated_at: true, timeline: true, run: true } as const

/** And of what can be tried: what a `dry_run` says, and reviewers alone see. */
const tried = { risk: true, limit: true } as const

/** Operators alone are told of it: no reply has it. */
const DepositRecovery = z.strictObject({
  id: id('mdr'),
  object: z.literal('deposit_recovery'),
  state: z.enum(['processing', 'succeeded', 'declined']),
  decline_code: z.string().optional(),
  bank_account_id: id('ban'),
  amount: MoneyReply
})

/** Neither where it is nor what it is called: that is between the endpoint's owner and us. */
const WebhookEvent = WebhookEndpointReply.pick({
  id: true,
  object: true,
  state: true,
  types: true,
  ordered: true
}).extend({
  merchant_id: id('mer').optional(),
  disabled_reason: z.enum(disabledReasons).optional()
})

/** A thing as its events carry it: the reply of `GET /v1/<things>/{id}`, as far as the record at that moment has it. */
const things = {
  payment: PaymentReply.omit({ ...beyond, ...tried, splits: true, confirmation_rules: true }).extend({ id: id('pay') }),
  payment_request: PaymentRequestReply.omit({ ...beyond, merchant_name: true, qr_text: true, url: true }),
  top_up: TopUpReply.omit({ ...beyond, ...tried }).extend({ id: id('top') }),
  withdrawal: WithdrawalReply.omit({ ...beyond, ...tried, confirmation_rules: true }).extend({ id: id('wdr') }),
  bank_return: BankReturnReply.omit(beyond),
  bank_link: BankAccountReply.omit({ ...beyond, iban: true, linked_at: true, suspension: true }),
  card_link: CardReply.omit({ ...beyond, last4: true, linked_at: true }),
  deposit_recovery: DepositRecovery,
  onboarding: OnboardingReply.omit({ ...beyond, findings: true, verdict: true, reviews: true }),
  bill_payment: BillPaymentReply.omit({ ...beyond, ...tried, account_number: true }).extend({ id: id('bpm') }),
  mandate: MandateReply.omit({ ...beyond, account_number: true }),
  refund: RefundReply.omit(beyond).extend({ id: id('ref') }),
  dispute: DisputeReply.omit({ ...beyond, provisional_credit: true, reviews: true }),
  concession: ConcessionReply.omit(beyond),
  settlement: SettlementReply.omit(beyond),
  reconciliation: ReconciliationReply.omit({ ...beyond, items: true }),
  webhook_endpoint: WebhookEvent
} as const satisfies Readonly<Record<EventObject, z.ZodObject>>

const nameOf = (object: string): string =>
  object.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase()) + 'EventData'

const schemas = Object.fromEntries(
  Object.entries<z.ZodObject>(things).map(([object, schema]) => [object, schema.meta({ id: nameOf(object) })])
) as Readonly<Record<EventObject, z.ZodObject>>

/** The schema of the `data` of events of that type. */
export const eventDataOf = (type: EventType): z.ZodObject => schemas[objectOfType(type)]

export interface EventDescription {
  readonly type: EventType
  readonly description: string
  /** The whole event, as the list, the stream and a webhook have it. */
  readonly schema: z.ZodObject
}

/** Every type of event with its schema, for the documentation. */
export const eventCatalogue: readonly EventDescription[] = Object.entries(eventTypes).map(([name, description]) => {
  const type = name as EventType
  return { type, description, schema: EventReply.extend({ type: z.literal(type), data: eventDataOf(type) }) }
})
