import { z } from 'zod'
import { REQUEST_AMOUNT } from '../domain/money.ts'
import { Amount, type Order } from './bank-types.ts'
import type { World } from './world.ts'

const DELAY_MS_MAX = 31 * 24 * 3_600_000

const bankOutcomes = [
  'accept',
  'decline',
  'book_then_close',
  'error',
  'timeout',
  'delay',
  'duplicate_callback',
  'reorder'
] as const
const failures = ['error', 'timeout', 'delay'] as const
const accountOutcomes = ['accept', 'decline', ...failures] as const
const identityOutcomes = ['accept', 'decline', 'doubtful', 'ask_more', ...failures] as const

/** What can be asked of the outside world, and what a rule can make of it. */
const outcomesOf = {
  pull: bankOutcomes,
  push: bankOutcomes,
  inquiry: failures,
  identity: identityOutcomes,
  registry: identityOutcomes,
  screening: failures,
  notify: ['decline', ...failures],
  confirm_payee: accountOutcomes,
  ownership: accountOutcomes,
  verify: bankOutcomes,
  authorize: bankOutcomes,
  sale: bankOutcomes,
  capture: bankOutcomes,
  refund: bankOutcomes,
  represent: bankOutcomes,
  void: bankOutcomes,
  pay_bill: bankOutcomes,
  ask_bill: failures
} as const
type Operation = keyof typeof outcomesOf
const operations = [
  'pull',
  'push',
  'inquiry',
  'identity',
  'registry',
  'screening',
  'notify',
  'confirm_payee',
  'ownership',
  'verify',
  'authorize',
  'sale',
  'capture',
  'refund',
  'void',
  'represent',
  'pay_bill',
  'ask_bill'
] as const satisfies readonly Operation[]

const Match = z.strictObject({
  /** Minor units in any currency, or an amount of one currency. */
  amount: z.union([z.string().regex(REQUEST_AMOUNT), Amount]).optional(),
  iban: z.string().min(1).optional(),
  reference: z.string().min(1).optional(),
  name: z.string().min(1).optional(),
  /** Of a card; only with `verify`, `authorize` and `sale`. */
  token: z.string().min(1).optional(),
  /** A rule without it acts on pulls and pushes; the others are only meant when they are said. */
  operation: z.enum(operations).optional()
})

/** The body of `POST /admin/rules`. */
export const NewRule = z
  .strictObject({
    match: Match,
    outcome: z.enum([...bankOutcomes, ...identityOutcomes]),
    /** Only with `decline` and `doubtful`. */
    code: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,63}$/)
      .optional(),
    /**
     * With `delay`: real time before the answer, but on identity, registry and ownership the sandbox's own time before the verdict. With
     * `accept` and `decline`: bank B's own time before its report.
     */
    delay_ms: z.number().int().min(0).max(DELAY_MS_MAX).optional(),
    /** Only with `accept` on confirm_payee: who holds the account, instead of whoever is asked about. */
    holder: z.string().min(1).max(200).optional(),
    /** Only with `error`: whether the bank took the instruction before it failed to say so. */
    booked: z.boolean().optional(),
    /** How often the rule acts before it is spent; without it, always. */
    times: z.number().int().min(1).max(1_000_000).optional()
  })
  .superRefine(({ match: { operation, amount, iban, token }, outcome, code, booked, delay_ms, holder }, context) => {
    const complain = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message })
    const possible: readonly string[] = outcomesOf[operation ?? 'pull']
    if (!possible.includes(outcome))
      complain('outcome', `${operation ?? 'a pull or a push'} can only ${possible.join(', ')}`)
    if (code !== undefined && outcome !== 'decline' && outcome !== 'doubtful')
      complain('code', 'only with the outcomes decline and doubtful')
    if (booked !== undefined && (outcome !== 'error' || isNoBank(operation)))
      complain('booked', 'only with the outcome error of a bank')
    if (outcome === 'delay' && delay_ms === undefined) complain('delay_ms', 'needed with the outcome delay')
    if (delay_ms !== undefined && !(isNoBank(operation) ? ['delay'] : delayable).includes(outcome))
      complain('delay_ms', 'only with the outcome delay, and with accept and decline of a bank')
    if (knowsNoIban(operation) && (amount !== undefined || iban !== undefined))
      complain('match', `${operation} knows neither an amount nor an IBAN`)
    if ((isAboutAccount(operation) || operation === 'verify' || operation === 'void') && amount !== undefined)
      complain('match', `${operation} knows no amount`)
    if ((isOfCard(operation) || operation === 'pay_bill') && iban !== undefined)
      complain('match', `${operation} knows no IBAN`)
    if (token !== undefined && !knowsToken(operation)) complain('match', 'only verify, authorize and sale know a token')
    if (holder !== undefined && (operation !== 'confirm_payee' || outcome !== 'accept'))
      complain('holder', 'only with the outcome accept of confirm_payee')
  })

const delayable: readonly string[] = ['accept', 'decline', 'delay']

const knowsNoIban = (operation: Operation | undefined): boolean =>
  operation !== undefined && ['identity', 'registry', 'screening', 'notify', 'ask_bill'].includes(operation)
const isAboutAccount = (operation: Operation | undefined): boolean =>
  operation === 'confirm_payee' || operation === 'ownership'
/** No instruction to move money: nothing to book, and nothing to report. */
const isNoBank = (operation: Operation | undefined): boolean => knowsNoIban(operation) || isAboutAccount(operation)

const knowsToken = (operation: Operation | undefined): boolean =>
  operation === 'verify' || operation === 'authorize' || operation === 'sale'
/** Of a card: at the acquirer, which knows no IBAN. */
export type CardOperation = 'verify' | 'authorize' | 'sale' | 'capture' | 'refund' | 'void' | 'represent'
const isOfCard = (operation: Operation | undefined): boolean =>
  knowsToken(operation) ||
  operation === 'capture' ||
  operation === 'refund' ||
  operation === 'void' ||
  operation === 'represent'

export type Rule = z.output<typeof NewRule> & { readonly id: string }

/** A rule that acts on this operation: its outcome is one that the operation can have. */
export type RuleFor<Asked extends Operation> = Rule & { readonly outcome: (typeof outcomesOf)[Asked][number] }

/** What a rule is tested against; of an inquiry after an unknown reference nothing but the reference is known. */
interface Occasion<Asked extends Operation> {
  readonly operation: Asked
  readonly reference: string
  /** Who is checked or searched for; of an order its holder. */
  readonly name?: string
  /** Of a question about an account; of an order it is the order's. */
  readonly iban?: string
  readonly order?: Order
  /** Of an instruction to the acquirer. */
  readonly token?: string
  readonly amount?: Order['amount']
}

/** The oldest rule that matches and is not spent decides, and is counted as used; so a list of faults reads in order. */
export function useRule<Asked extends Operation>(world: World, occasion: Occasion<Asked>): RuleFor<Asked> | undefined {
  for (const { rule, used } of world.rules.values()) {
    if (used >= (rule.times ?? Infinity) || !matches(rule, occasion)) continue
    world.record({ type: 'rule_used', id: rule.id })
    return rule // `NewRule` has refused outcomes that the operation cannot have
  }
  return undefined
}

const matches = (
  { match }: Rule,
  { operation, reference, name, iban, order, token, amount: asked }: Occasion<Operation>
): boolean => {
  const { amount } = match
  const money = asked ?? order?.amount
  const meant = match.operation === undefined ? ['pull', 'push'] : [match.operation]
  if (!meant.includes(operation)) return false
  if (match.reference !== undefined && match.reference !== reference) return false
  if (match.iban !== undefined && match.iban !== (iban ?? order?.iban)) return false
  if (match.name !== undefined && match.name !== (name ?? order?.holder)) return false
  if (match.token !== undefined && match.token !== token) return false
  if (amount === undefined) return true
  if (typeof amount === 'string') return amount === money?.amount
  return amount.amount === money?.amount && amount.currency === money.currency
}
