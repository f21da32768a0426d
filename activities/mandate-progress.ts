import type { MandateState } from '../domain/mandate.ts'
import type { Accepted, MandateOrder, Progress, Start } from '../domain/orders.ts'
import type { MandatePolicies } from '../domain/policy/index.ts'
import type { Mandate } from '../store/mandate.ts'

export type MandateStart = Start<MandateOrder, MandatePolicies>

export interface MandateProgress extends Progress<MandateState> {
  /** The occurrence that is announced at `deadline`. */
  readonly period?: string
  readonly reason?: string
}

export type MandateAccepted = Accepted<MandateProgress>

export const toMandateProgress = ({ id, state, version, next, reason }: Mandate): MandateProgress => ({
  id,
  state,
  version,
  ...(next && { period: next.period, deadline: next.announceAt.toISOString() }),
  ...(reason !== null && { reason })
})
