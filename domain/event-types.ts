import type { BankLinkState } from './bank-link.ts'
import type { BankReturnState } from './bank-return.ts'
import type { BillPaymentState } from './bill-payment.ts'
import type { CardLinkState } from './card-link.ts'
import type { ConcessionState } from './concession.ts'
import type { DepositRecoveryState } from './deposit-recovery.ts'
import type { DisputeState } from './dispute.ts'
import { bankEvents } from './event-types/bank.ts'
import { billEvents } from './event-types/bills.ts'
import { concessionEvents, disputeEvents, refundEvents } from './event-types/money-back.ts'
import { booksEvents } from './event-types/books.ts'
import { linkEvents } from './event-types/links.ts'
import { mandateEvents } from './event-types/mandates.ts'
import { paymentEvents } from './event-types/payment.ts'
import { webhookEvents } from './event-types/webhooks.ts'
import type { MandateState } from './mandate.ts'
import type { OnboardingState } from './onboarding.ts'
import type { PaymentRequestState } from './payment-request.ts'
import type { PaymentState } from './payment.ts'
import type { ReconciliationState } from './reconciliation.ts'
import type { RefundState } from './refund.ts'
import type { SettlementState } from './settlement.ts'
import type { TopUpState } from './top-up.ts'
import type { WebhookEndpointState } from './webhook-endpoint.ts'
import type { WithdrawalState } from './withdrawal.ts'

/** Each state of each process is told when it is reached: one that is missing below does not compile. */
type StateEvent =
  | `payment.${PaymentState}`
  | `payment_request.${PaymentRequestState}`
  | `top_up.${TopUpState}`
  | `withdrawal.${WithdrawalState}`
  | `bank_return.${BankReturnState}`
  | `bank_link.${BankLinkState}`
  | `card_link.${CardLinkState}`
  | `deposit_recovery.${DepositRecoveryState}`
  | `onboarding.${OnboardingState}`
  | `bill_payment.${BillPaymentState}`
  | `mandate.${MandateState}`
  | `refund.${RefundState}`
  | `dispute.${DisputeState}`
  | `concession.${ConcessionState}`
  | `settlement.${SettlementState}`
  | `reconciliation.${ReconciliationState}`
  | `webhook_endpoint.${WebhookEndpointState}`

/**
 * Every type of event with what it tells, in a sentence: the only list of them. What its `data` looks like is in
 * `api/event-catalogue.ts`. A type is never taken out again: somebody may be waiting for it.
 */
export const eventTypes = {
  ...paymentEvents,
  ...bankEvents,
  ...linkEvents,
  ...billEvents,
  ...mandateEvents,
  ...refundEvents,
  ...disputeEvents,
  ...concessionEvents,
  ...booksEvents,
  ...webhookEvents
} as const satisfies Readonly<Record<StateEvent, string>>

/** `<object>.<what>`. */
export type EventType = keyof typeof eventTypes

/** What stands before the dot: a process, as events spell it. */
export type EventObject = EventType extends `${infer Object}.${string}` ? Object : never

/** A process, as workflows spell it: with hyphens. */
export type ProcessKind = Hyphenated<EventObject>

/** The types of one kind of process; a State that it has no event for is `never` here. */
export type EventTypeOf<Kind extends ProcessKind> = Extract<EventType, `${Underscored<Kind>}.${string}`>

/** What can be told of one kind of process: states among it. */
export type ToldOf<Kind extends ProcessKind> =
  EventTypeOf<Kind> extends infer Type ? (Type extends `${string}.${infer What}` ? What : never) : never

export const isEventType = (text: string): text is EventType => Object.hasOwn(eventTypes, text)

/** @returns the object of a type: `payment` of `payment.succeeded`. */
export const objectOfType = (type: EventType): EventObject => type.slice(0, type.indexOf('.')) as EventObject

/** All types, in the order of the catalogue. */
export const allEventTypes = Object.keys(eventTypes) as readonly EventType[]

/**
 * Whether somebody who wants these hears of a type: each is one type, or `<object>.*`, all of an object. Shared by whoever
 * lets callers choose.
 */
export const isWanted = (type: string, wanted: readonly string[]): boolean =>
  wanted.some((one) => (one.endsWith('.*') ? type.startsWith(one.slice(0, -1)) : one === type))

/** Whether that is a type, or `<object>.*` of an object that there is. */
export const isTypeFilter = (text: string): boolean =>
  isEventType(text) || (text.endsWith('.*') && allEventTypes.some((type) => type.startsWith(text.slice(0, -1))))

type Hyphenated<Text extends string> = Text extends `${infer Head}_${infer Rest}` ? `${Head}-${Hyphenated<Rest>}` : Text
type Underscored<Text extends string> = Text extends `${infer Head}-${infer Rest}`
  ? `${Head}_${Underscored<Rest>}`
  : Text
