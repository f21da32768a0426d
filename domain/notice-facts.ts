import { currencyCodes, type CurrencyCode } from './currencies.ts'
import type { Money } from './money.ts'
import type { NoticeKind } from './notice-kinds.ts'
import type { NoticeFacts } from './notice-text.ts'

/** Which of an event's amounts is told, where it is not `amount`. */
const amounts: Partial<Readonly<Record<NoticeKind, string>>> = {
  receivable: 'outstanding',
  top_up_returned: 'returned',
  bill_reversed: 'reversed'
}

/** Which of its times. */
const times: Partial<Readonly<Record<NoticeKind, string>>> = {
  confirmation_needed: 'confirm_before',
  dispute_evidence_due: 'evidence_due'
}

const known: ReadonlySet<string> = new Set(currencyCodes())

/** What an event's data says that a message about it tells; what it does not say is left out. */
export function factsOf(kind: NoticeKind, data: unknown): NoticeFacts {
  const said = (typeof data === 'object' && data !== null ? data : {}) as Readonly<Record<string, unknown>>
  return { amount: moneyOf(said[amounts[kind] ?? 'amount']), due: instantOf(said[times[kind] ?? '']) }
}

function moneyOf(value: unknown): Money | undefined {
  const { amount, currency } = (value ?? {}) as { readonly amount?: unknown; readonly currency?: unknown }
  if (typeof amount !== 'string' || !/^[0-9]{1,19}$/.test(amount)) return undefined
  return typeof currency === 'string' && known.has(currency)
    ? { amount: BigInt(amount), currency: currency as CurrencyCode }
    : undefined
}

function instantOf(value: unknown): Date | undefined {
  const at = typeof value === 'string' ? new Date(value) : undefined
  return at && !Number.isNaN(at.getTime()) ? at : undefined
}
