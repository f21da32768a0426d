import { bankOfIban } from '../domain/iban.ts'
import type { BankName, Fate, Order } from './bank-types.ts'
import { useRule, type RuleFor } from './rules.ts'
import type { World } from './world.ts'

/** How the connection on which an instruction came ends. */
export type Ending = 'answer' | 'close' | 'hang' | 'error'

/** What will become of an instruction, decided when it arrives. */
export interface Plan {
  /** Undefined: the bank never takes it, as if it had been lost on the way. */
  readonly fate: Fate | undefined
  readonly ending: Ending
  readonly reports: number
  /** Real milliseconds before the bank even looks at it. */
  readonly holdMs: number
  /** Overrides how long bank B takes to settle, by the sandbox's own clock. */
  readonly settleAfterMs?: number
  /** What is booked comes back so much later, by the sandbox's own clock. */
  readonly returnAfterMs?: number
  /** The report overtakes the answer. */
  readonly reportFirst?: boolean
}

/** Two days: within the time that banks have, and long after the money is spendable. */
const LATE_RETURN_MS = 2 * 86_400_000

const BOOK: Fate = { kind: 'book' }

/**
 * A rule goes before the magic amount; without either the bank does what it is told. On an account that it does not
 * keep it books nothing, whatever the rules say.
 */
export function planFor(world: World, bank: BankName, order: Order): Plan {
  if (bankOfIban(order.iban) !== bank) return declined(bank, 'invalid_bank_account')
  const { operation, reference } = order
  const rule = useRule(world, { operation, reference, order })
  return rule === undefined ? planByAmount(bank, order.amount.amount) : planByRule(bank, rule)
}

/** The last two digits of the amount in minor units; the table for users stands in docs/magic-values.md. */
const planByAmount = (bank: BankName, amount: string): Plan => {
  switch (amount.slice(-2).padStart(2, '0')) {
    case '01':
      return declined(bank, 'insufficient_funds')
    case '02':
      return declined(bank, 'account_closed')
    case '03':
      return bookThenClose(bank)
    case '04':
      return neverBooked(bank)
    case '05':
      return { ...accepted(bank), returnAfterMs: LATE_RETURN_MS }
    case '06':
      return { ...accepted(bank), reports: 5 }
    default:
      return accepted(bank)
  }
}

const planByRule = (bank: BankName, rule: RuleFor<'pull' | 'push'>): Plan => {
  const settleAfterMs = rule.delay_ms
  switch (rule.outcome) {
    case 'accept':
      return { ...accepted(bank), settleAfterMs }
    case 'decline':
      return { ...declined(bank, rule.code ?? 'bank_declined'), settleAfterMs }
    case 'book_then_close':
      return bookThenClose(bank)
    case 'timeout':
      return neverBooked(bank)
    case 'error':
      return { ...accepted(bank), fate: rule.booked === true ? BOOK : undefined, ending: 'error' }
    case 'delay':
      return { ...accepted(bank), holdMs: rule.delay_ms ?? 0 }
    case 'duplicate_callback':
      return { ...accepted(bank), reports: 5 }
    case 'reorder':
      return { ...accepted(bank), reports: 1, settleAfterMs: 0, reportFirst: true }
  }
}

/** Bank A has said it all in its answer; bank B reports once it has settled. */
const accepted = (bank: BankName): Plan => ({
  fate: BOOK,
  ending: 'answer',
  reports: bank === 'a' ? 0 : 1,
  holdMs: 0
})

const declined = (bank: BankName, code: string): Plan => ({ ...accepted(bank), fate: { kind: 'decline', code } })

/** Booked, and nobody is told: at bank A the connection closes without an answer, at bank B the report never comes. */
const bookThenClose = (bank: BankName): Plan => ({
  ...accepted(bank),
  ending: bank === 'a' ? 'close' : 'answer',
  reports: 0
})

/** Not booked, and nobody is told: bank A never answers, bank B takes the instruction and forgets it. */
const neverBooked = (bank: BankName): Plan => ({
  ...accepted(bank),
  fate: bank === 'a' ? undefined : { kind: 'lose' },
  ending: bank === 'a' ? 'hang' : 'answer',
  reports: 0
})
