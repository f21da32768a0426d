import type { Policy } from './policy/index.ts'

export type InquiryPlan = Policy['bank']['inquiry']

/**
 * Milliseconds to wait before the nth inquiry (n from 1), counted from the send or the inquiry before; the last one falls
 * on the end of the plan. Undefined: the plan is over, and an operator has to ask.
 */
export function inquiryDelayMs(n: number, plan: InquiryPlan): number | undefined {
  if (!Number.isSafeInteger(n) || n < 1) throw new RangeError('inquiries are counted from 1')
  const before = n === 1 ? 0 : inquiryAtMs(n - 1, plan)
  return before >= plan.until_ms ? undefined : inquiryAtMs(n, plan) - before
}

/**
 * The first planned inquiry later than `elapsedMs` after the send, in milliseconds after the send: what a run needs that
 * was nudged in between, or restarted from its record. Undefined: the plan is over.
 */
export function nextInquiryAtMs(elapsedMs: number, plan: InquiryPlan): number | undefined {
  if (elapsedMs >= plan.until_ms) return undefined
  const listed = plan.at_ms.find((at) => at > elapsedMs)
  if (listed !== undefined) return Math.min(listed, plan.until_ms)
  const last = plan.at_ms.at(-1)!
  const rounds = Math.floor((elapsedMs - last) / plan.then_every_ms) + 1
  return Math.min(last + rounds * plan.then_every_ms, plan.until_ms)
}

function inquiryAtMs(n: number, { at_ms, then_every_ms, until_ms }: InquiryPlan): number {
  const planned = at_ms[n - 1] ?? at_ms.at(-1)! + (n - at_ms.length) * then_every_ms
  return Math.min(planned, until_ms)
}
