import type { CardOrder } from './card-types.ts'
import type { Plan } from './outcomes.ts'
import { useRule, type CardOperation, type RuleFor } from './rules.ts'
import type { World } from './world.ts'

const ACCEPTED: Plan = { fate: { kind: 'book' }, ending: 'answer', reports: 0, holdMs: 0 }
const BOOKED_THEN_CLOSED: Plan = { ...ACCEPTED, ending: 'close' }
const NEVER_BOOKED: Plan = { ...ACCEPTED, fate: undefined, ending: 'hang' }
const declined = (code: string): Plan => ({ ...ACCEPTED, fate: { kind: 'decline', code } })

/** A rule goes before the test card's own way, and that before the magic amount; without any the acquirer does as it is told. */
export function planForCard(world: World, order: CardOrder): Plan {
  const { operation, reference } = order
  const token = 'token' in order ? order.token : undefined
  const amount = 'amount' in order ? order.amount : undefined
  const rule = useRule(world, { operation, reference, token, amount })
  if (rule) return planByRule(rule)
  const card = token === undefined ? undefined : world.acquirer.cards.get(token)
  return planByCard(card?.magic, operation) ?? planByAmount(amount?.amount ?? '00')
}

/** The table for users stands in docs/magic-values.md. */
function planByCard(magic: string | undefined, operation: CardOperation): Plan | undefined {
  switch (magic) {
    case '0002':
      return declined('card_declined')
    case '0069':
      return declined('expired_card')
    case '0119':
      return BOOKED_THEN_CLOSED
    case '0127':
      return NEVER_BOOKED
    case '0341':
      return operation === 'verify' ? undefined : declined('card_declined')
    case '9995':
      return operation === 'verify' ? undefined : declined('insufficient_funds')
    default:
      return undefined
  }
}

/** The last two digits, as at the banks; a closed account is a declined card. */
function planByAmount(amount: string): Plan {
  switch (amount.slice(-2).padStart(2, '0')) {
    case '01':
      return declined('insufficient_funds')
    case '02':
      return declined('card_declined')
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

/** With a delay of the sandbox's own time the acquirer answers `pending`, and calls back when it has settled. */
function planByRule(rule: RuleFor<CardOperation>): Plan {
  const later = rule.delay_ms === undefined ? {} : { settleAfterMs: rule.delay_ms, reports: 1 }
  switch (rule.outcome) {
    case 'accept':
      return { ...ACCEPTED, ...later }
    case 'decline':
      return { ...declined(rule.code ?? 'card_declined'), ...later }
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
