import type { Funding } from './funding.ts'
import { defineStates } from './transitions.ts'

export type PaymentState =
  | 'requires_action'
  | 'in_review'
  | 'processing'
  | 'requires_capture'
  | 'succeeded'
  | 'declined'
  | 'failed'
  | 'canceled'
  | 'expired'

/** A payment's life (ARCHITECTURE.md, "States"). Refunded and disputed are facets of the record, not states. */
export const paymentStates = defineStates<PaymentState>({
  start: ['requires_action', 'in_review', 'processing', 'declined'],
  in_review: ['requires_action', 'processing', 'declined', 'canceled', 'expired'],
  requires_action: ['processing', 'declined', 'canceled', 'expired'],
  processing: ['requires_capture', 'succeeded', 'declined', 'failed'],
  requires_capture: ['succeeded', 'canceled', 'expired']
})

/** Whether the money leaves in the unit that authorizes it, or is held until the merchant asks for it. */
export type CaptureMode = 'automatic' | 'manual'

/**
 * The arrows that the unit crosses which authorizes: from balance the money moves or is held in it, and both are history
 * rows and events of that unit; from outside the money has to be asked for first.
 */
export function authorizedPath(capture: CaptureMode, funding: Funding['type'] = 'balance'): readonly PaymentState[] {
  if (funding !== 'balance') return ['processing']
  return capture === 'automatic' ? ['processing', 'succeeded'] : ['processing', 'requires_capture']
}
