import type { Plan } from './outcomes.ts'
import type { CardOperation, RuleFor } from './rules.ts'

/** Plans of those who answer at once, and call back only where a rule or an amount says so: card acquirer, billers' network. */

export const ACCEPTED: Plan = { fate: { kind: 'book' }, ending: 'answer', reports: 0, holdMs: 0 }
export const BOOKED_THEN_CLOSED: Plan = { ...ACCEPTED, ending: 'close' }
export const NEVER_BOOKED: Plan = { ...ACCEPTED, fate: undefined, ending: 'hang' }
export const declined = (code: string): Plan => ({ ...ACCEPTED, fate: { kind: 'decline', code } })

/** The last two digits, as at the banks; the table for users stands in docs/magic-values.md. @param codes of 01 and 02 */
export function planByAmount(amount: string, codes: { readonly '01': string; readonly '02': string }): Plan {
  switch (amount.slice(-2).padStart(2, '0')) {
    case '01':
      return declined(codes['01'])
    case '02':
      return declined(codes['02'])
    case '03':
      return BOOKED_THEN_CLOSED
    case '04':
      return NEVER_BOOKED
    case '06':
      return { ...ACCEPTED, reports: 5 }
    default:
      return ACCEPTED
  }
}

/** With a delay of the sandbox's own time the answer is `pending`, and the word comes by callback. @param code of a decline without one */
export function planByRule(rule: RuleFor<CardOperation | 'pay_bill'>, code: string): Plan {
  const later = rule.delay_ms === undefined ? {} : { settleAfterMs: rule.delay_ms, reports: 1 }
  switch (rule.outcome) {
    case 'accept':
      return { ...ACCEPTED, ...later }
    case 'decline':
      return { ...declined(rule.code ?? code), ...later }
    case 'book_then_close':
      return BOOKED_THEN_CLOSED
    case 'timeout':
      return NEVER_BOOKED
    case 'error':
      return { ...ACCEPTED, fate: rule.booked === true ? ACCEPTED.fate : undefined, ending: 'error' }
    case 'delay':
      return { ...ACCEPTED, holdMs: rule.delay_ms ?? 0 }
    case 'duplicate_callback':
      return { ...ACCEPTED, reports: 5 }
    case 'reorder':
      return { ...ACCEPTED, reports: 1, reportFirst: true }
  }
}
