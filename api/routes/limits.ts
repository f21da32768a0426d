import { z } from 'zod'
import { currency } from '../../domain/currencies.ts'
import { Refusal } from '../../domain/errors.ts'
import type { CustomerId } from '../../domain/ids.ts'
import { limitsFor, type LimitPolicy, type Limits } from '../../domain/limits.ts'
import { toWire } from '../../domain/money.ts'
import { changed, ownLimitNames, settled, type OwnLimit, type OwnLimitName } from '../../domain/own-limits.ts'
import { appendAudit } from '../../store/audit.ts'
import { findCustomer } from '../../store/customers.ts'
import { addNotice } from '../../store/notices.ts'
import { lockOwnLimits, putOwnLimit, readOwnLimits } from '../../store/own-limits.ts'
import { readBusinessNow } from '../../store/process.ts'
import { mustNotCool } from '../cool-down.ts'
import type { ApiDeps } from '../deps.ts'
import { mustEnterPin } from '../enter-pin.ts'
import { LimitsReply, SetLimitsRequest } from '../limit-schemas.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

const params = z.strictObject({ id: id('cus') })

/** How much money may leave a customer's wallets: what their tier allows, and what they allow themselves. */
export const limitRoutes = (deps: ApiDeps): Route[] => [readLimits(deps), setLimits(deps)]

const readLimits = ({ db, policy }: ApiDeps): Route =>
  route.get(
    '/customers/{id}/limits',
    {
      summary: 'Read a customer’s limits',
      params,
      reply: LimitsReply,
      callers: { customer: 'own', service: 'any', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'customers:read'
    },
    async ({ params, mustOwn }) => {
      mustOwn({ customerId: params.id })
      return replyFor(db, policy, params.id)
    }
  )

const setLimits = ({ db, vault, policy }: ApiDeps): Route =>
  route.post(
    '/customers/{id}/set-limits',
    {
      summary: 'Limit oneself',
      description:
        'At or below the tier’s limits; what is left out stays as it is, `null` takes the own limit away. A lower limit ' +
        'holds at once. A higher one takes the PIN, and holds after 24 hours.',
      params,
      body: SetLimitsRequest,
      reply: LimitsReply,
      status: 200,
      callers: { customer: 'own' },
      idempotency: 'stored',
      errors: ['limit_above_tier', 'confirmation_failed', 'pin_locked', 'cooling_down']
    },
    async ({ params, body, transaction, principal, requestId }) => {
      await lockOwnLimits(transaction, params.id)
      const now = await readBusinessNow(transaction)
      const before = await readOwnLimits(transaction, params.id)
      const tier = await tierLimits(transaction, policy, params.id)
      for (const name of ownLimitNames) {
        const asked = body[name]
        if (asked === undefined) continue
        const wanted = asked?.amount ?? null
        const most = tier.limits[tierName[name]]
        if (wanted !== null && most !== null && wanted > most)
          throw new Refusal('limit_above_tier', { pointer: `/${name}` })
        const { limit, raised } = changed(before[name], wanted, now, policy.limits.own_raise_ms)
        if (raised && body.pin === undefined) throw new Refusal('confirmation_failed', { reason: 'pin_required' })
        if (raised) await mustNotCool(transaction, params.id)
        await putOwnLimit(transaction, params.id, name, limit)
      }
      await addNotice(transaction, params.id, 'limits_changed')
      await appendAudit(transaction, { actor: principal, action: 'limits.set', object: params.id, requestId })
      return replyFor(transaction, policy, params.id)
    },
    {
      before: async ({ params, body, mustOwn }) => {
        mustOwn({ customerId: params.id })
        if (body.pin !== undefined) await mustEnterPin({ db, vault, policy }, params.id, body.pin)
      }
    }
  )

const tierName = { per_payment: 'perPayment', per_day: 'perDay', per_month: 'perMonth' } as const satisfies Record<
  OwnLimitName,
  keyof Limits
>

/** @throws {Refusal} `not_found` */
async function tierLimits(db: ApiDeps['db'], policy: ApiDeps['policy'], customerId: CustomerId) {
  const customer = await findCustomer(db, customerId)
  if (!customer) throw new Refusal('not_found')
  const limitPolicy: LimitPolicy = customer.policy ?? customer.tier
  return { tier: customer.tier, limits: limitsFor(limitPolicy, policy, USD) }
}

async function replyFor(
  db: ApiDeps['db'],
  policy: ApiDeps['policy'],
  customerId: CustomerId
): Promise<z.input<typeof LimitsReply>> {
  const { tier, limits } = await tierLimits(db, policy, customerId)
  const now = await readBusinessNow(db)
  const own = await readOwnLimits(db, customerId)
  const shown = (name: OwnLimitName) => toShown(limits[tierName[name]], settled(own[name], now))
  return {
    object: 'limits',
    customer_id: customerId,
    tier,
    per_payment: shown('per_payment'),
    per_day: shown('per_day'),
    per_month: shown('per_month'),
    balance: usd(limits.balance)
  }
}

const toShown = (tier: bigint | null, { amount, next }: OwnLimit) => ({
  in_force: usd(amount === null || (tier !== null && tier < amount) ? tier : amount),
  tier: usd(tier),
  own: usd(amount),
  next: next && { own: usd(next.amount), effective_at: instant(next.at) }
})

const USD = currency('USD')
const usd = (amount: bigint | null) => (amount === null ? null : toWire({ amount, currency: USD }))
