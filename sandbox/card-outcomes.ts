import type { CardOrder } from './card-types.ts'
import type { Plan } from './outcomes.ts'
import { ACCEPTED, BOOKED_THEN_CLOSED, declined, NEVER_BOOKED, planByAmount, planByRule } from './prompt-plans.ts'
import { useRule, type CardOperation, type RuleFor } from './rules.ts'
import type { World } from './world.ts'

const DECLINED = 'card_declined'

/** A rule goes before the test card's own way, and that before the magic amount; without any the acquirer does as it is told. */
export function planForCard(world: World, order: CardOrder): Plan {
  const { operation, reference } = order
  const token = 'token' in order ? order.token : undefined
  const amount = 'amount' in order ? order.amount : undefined
  const rule = useRule(world, { operation, reference, token, amount })
  if (operation === 'represent') return planOfContest(rule)
  if (rule) return planByRule(rule, DECLINED)
  const card = token === undefined ? undefined : world.acquirer.cards.get(token)
  return planByCard(card?.magic, operation) ?? planByAmount(amount?.amount ?? '00', amountCodes)
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

/** A closed account is a declined card. */
const amountCodes = { '01': 'insufficient_funds', '02': DECLINED } as const

/**
 * A card's issuer takes weeks: nothing is decided before somebody says so (`POST /admin/chargebacks/{id}/decide`), or a rule that
 * accepts or declines; all others are about how it is taken.
 */
function planOfContest(rule: RuleFor<CardOperation> | undefined): Plan {
  const plan = rule ? planByRule(rule, DECLINED) : ACCEPTED
  const isDecided = rule?.outcome === 'accept' || rule?.outcome === 'decline'
  const reports = plan.reports === 0 ? 1 : plan.reports
  return isDecided ? { ...plan, reports } : { ...plan, reports, settleAfterMs: UNDECIDED_MS }
}

/** Longer than anything that is looked at. */
const UNDECIDED_MS = 100 * 366 * 86_400_000
