import type { Judged } from '../store/risk.ts'
import type { Caller } from './caller.ts'
import { Answer } from './route.ts'
import { instant } from './schemas.ts'

/** What was found about a process is for operators alone: who is judged does not hear by what. */
export function withRisk(given: Answer<unknown>, caller: Caller, judged: Judged | undefined): Answer<unknown> {
  if (caller.kind !== 'operator' || !judged?.risk) return given
  const { risk, reviewBefore } = judged
  const shown = { ...risk, ...(reviewBefore && { review_before: instant(reviewBefore) }) }
  return new Answer(given.status, { ...(given.body as object), risk: shown }, given.headers)
}
