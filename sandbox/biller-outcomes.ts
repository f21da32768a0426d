import type { BillOrder } from './biller-types.ts'
import type { Plan } from './outcomes.ts'
import { planByAmount, planByRule } from './prompt-plans.ts'
import { useRule } from './rules.ts'
import type { World } from './world.ts'

/** Billers whose code begins so give their word a minute later, by the sandbox's own clock, and call back. */
const SLOW = 'slow-'
const SLOW_MS = 60_000

/** A rule goes before the magic amount, and that before the biller's own way. */
export function planForBill(world: World, { reference, amount, biller }: BillOrder): Plan {
  const rule = useRule(world, { operation: 'pay_bill', reference, amount })
  const plan = rule
    ? planByRule(rule, 'biller_declined')
    : planByAmount(amount.amount, { '01': 'biller_declined', '02': 'account_closed' })
  const isSlow = biller.startsWith(SLOW) && plan.ending === 'answer' && plan.settleAfterMs === undefined
  return isSlow ? { ...plan, settleAfterMs: SLOW_MS, reports: Math.max(plan.reports, 1) } : plan
}
