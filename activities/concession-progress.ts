import type { ConcessionState } from '../domain/concession.ts'
import { toWire, type WireMoney } from '../domain/money.ts'
import type { ConcessionOrder, Progress, Start } from '../domain/orders.ts'
import type { ConcessionPolicy } from '../domain/policy/index.ts'
import type { Concession } from '../store/concession.ts'

export type ConcessionStart = Start<ConcessionOrder, ConcessionPolicy>

export interface ConcessionProgress extends Progress<ConcessionState> {
  readonly amount: WireMoney
}

export const toConcessionProgress = (concession: Concession): ConcessionProgress => {
  const { id, state, version, declineCode } = concession
  return { id, state, version, amount: toWire(concession), ...(declineCode !== null && { decline_code: declineCode }) }
}
