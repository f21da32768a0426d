import type { CurrencyCode } from './currencies.ts'
import type { CaptureDecision } from './payment-rules.ts'

/** The last capture of a payment by card; the acquirer is told of one at a time. Amounts in minor units. */
export interface CardCapture {
  /** Its number, from 1: the reference that the acquirer knows it by has it behind the payment's id. */
  readonly part: number
  readonly amount: bigint
  /** Gives up what it leaves of the authorization. */
  readonly final: boolean
  readonly state: 'pending' | 'captured' | 'declined'
  /** Why the acquirer has not captured it. */
  readonly code: string | null
  /** Business time at which it was decided. */
  readonly takenAt: Date
  /** Business time from which the acquirer may have it; null: it certainly does not. */
  readonly sentAt: Date | null
}

/** What is left of the authorization is given up under this number: no capture has it, and it is given up once. */
export const RELEASE_PART = 0

/** Whether the acquirer holds money for it, to be captured later. */
export const isCardHold = ({ funding, capture }: { funding: { readonly type: string }; capture: string }): boolean =>
  funding.type === 'card' && capture === 'manual'

/** The capture whose end nobody knows yet. */
export const pendingCapture = (last: CardCapture | null): CardCapture | undefined =>
  last?.state === 'pending' ? last : undefined

/** The next one, as it is decided. */
export const nextCapture = (
  last: CardCapture | null,
  { amount, final }: Pick<CaptureDecision, 'amount' | 'final'>,
  takenAt: Date
): CardCapture => ({
  part: (last?.part ?? RELEASE_PART) + 1,
  amount,
  final,
  state: 'pending',
  code: null,
  takenAt,
  sentAt: null
})

/** What callers see of it. */
export const toCaptureView = ({ amount, final, state, code }: CardCapture, currency: CurrencyCode) => ({
  amount: { amount: amount.toString(), currency },
  final,
  state,
  ...(code !== null && { decline_code: code })
})
