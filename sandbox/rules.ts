import { z } from 'zod'
import { REQUEST_AMOUNT } from '../domain/money.ts'
import { Amount, type Order } from './bank-types.ts'
import type { World } from './world.ts'

const DELAY_MS_MAX = 31 * 24 * 3_600_000

const Match = z.strictObject({
  /** Minor units in any currency, or an amount of one currency. */
  amount: z.union([z.string().regex(REQUEST_AMOUNT), Amount]).optional(),
  iban: z.string().min(1).optional(),
  reference: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  /** A rule without it acts on pulls and pushes; `inquiry` is only meant when it is said. */
  operation: z.enum(['pull', 'push', 'inquiry']).optional()
})

const outcomes = [
  'accept',
  'decline',
  'book_then_close',
  'error',
  'timeout',
  'delay',
  'duplicate_callback',
  'reorder'
] as const

const inquiryOutcomes: readonly string[] = ['error', 'timeout', 'delay']
const delayable: readonly string[] = ['accept', 'decline', 'delay']

/** The body of `POST /admin/rules`. */
export const NewRule = z
  .strictObject({
    match: Match,
    outcome: z.enum(outcomes),
    /** Only with `decline`. */
    code: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/)
      .optional(),
    /** With `delay`: real time before the answer. With `accept` and `decline`: bank B's own time before its report. */
    delay_ms: z.number().int().min(0).max(DELAY_MS_MAX).optional(),
    /** Only with `error`: whether the bank took the instruction before it failed to say so. */
    booked: z.boolean().optional(),
    /** How often the rule acts before it is spent; without it, always. */
    times: z.number().int().min(1).max(1_000_000).optional()
  })
  .superRefine((rule, context) => {
    const complain = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message })
    if (rule.code !== undefined && rule.outcome !== 'decline') complain('code', 'only with the outcome decline')
    if (rule.booked !== undefined && rule.outcome !== 'error') complain('booked', 'only with the outcome error')
    if (rule.outcome === 'delay' && rule.delay_ms === undefined) complain('delay_ms', 'needed with the outcome delay')
    if (rule.delay_ms !== undefined && !delayable.includes(rule.outcome))
      complain('delay_ms', 'only with the outcomes accept, decline and delay')
    if (rule.match.operation === 'inquiry' && !inquiryOutcomes.includes(rule.outcome))
      complain('outcome', `an inquiry can only ${inquiryOutcomes.join(', ')}`)
  })

export type Rule = z.output<typeof NewRule> & { readonly id: string }

/** What a rule is tested against; of an inquiry after an unknown reference nothing but the reference is known. */
interface Occasion {
  readonly operation: 'pull' | 'push' | 'inquiry'
  readonly reference: string
  readonly order?: Order
}

/** The oldest rule that matches and is not spent decides, and is counted as used; so a list of faults reads in order. */
export function useRule(world: World, occasion: Occasion): Rule | undefined {
  for (const { rule, used } of world.rules.values()) {
    if (used >= (rule.times ?? Infinity) || !matches(rule, occasion)) continue
    world.record({ type: 'rule_used', id: rule.id })
    return rule
  }
  return undefined
}

const matches = ({ match }: Rule, { operation, reference, order }: Occasion): boolean => {
  const { amount } = match
  if (match.operation === undefined ? operation === 'inquiry' : match.operation !== operation) return false
  if (match.reference !== undefined && match.reference !== reference) return false
  if (match.iban !== undefined && match.iban !== order?.iban) return false
  if (match.name !== undefined && match.name !== order?.holder) return false
  if (amount === undefined) return true
  if (typeof amount === 'string') return amount === order?.amount.amount
  return amount.amount === order?.amount.amount && amount.currency === order.amount.currency
}
