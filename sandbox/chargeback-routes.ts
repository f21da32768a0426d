import { randomBytes } from 'node:crypto'
import { Router } from 'express'
import { z } from 'zod'
import { REQUEST_AMOUNT } from '../domain/money.ts'
import { CHARGEBACK_ID } from '../domain/chargeback.ts'
import { currency } from '../domain/currencies.ts'
import type { Acquirer } from './acquirer.ts'
import type { Chargeback } from './acquirer-books.ts'
import type { Callbacks } from './callbacks.ts'
import { parseBody, parseValue, SandboxRefusal } from './refusal.ts'
import type { World } from './world.ts'

/** The body of `POST /admin/chargebacks`: which sale or authorization, and how much of it; all that is left of it otherwise. */
const NewChargeback = z.strictObject({
  reference: z.string().min(1).max(100),
  amount: z.string().regex(REQUEST_AMOUNT).optional(),
  /** A word, or a scheme's code: `fraud`, `13.1`, `4853`. */
  reason: z.string().regex(/^[a-z0-9][a-z0-9_.]{0,63}$/),
  /** A second stage: the one that the payee had won. */
  previous: z.string().regex(CHARGEBACK_ID).optional(),
  /** How often it calls back: none loses the news. */
  reports: z.number().int().min(0).max(5).default(1)
})

const Decision = z.strictObject({ outcome: z.enum(['won', 'lost']) })

/**
 * A card holder's bank takes a payment back: booked at once, and told by a callback that names the payment's reference. What the
 * payee contests it decides when it is told to, by a callback that names the payee's own reference.
 */
export const chargebackRoutes = (world: World, acquirer: Acquirer, callbacks: Callbacks): Router =>
  Router()
    .post('/', async (request, response) => {
      const { reports, ...asked } = parseBody(NewChargeback, request.body)
      const chargeback = takeBack(world, asked)
      void callbacks.report('acquirer', chargeback.reference, reports)
      await world.durable()
      response.status(201).json(chargeback)
    })
    .post('/:id/decide', async (request, response) => {
      const id = parseValue(z.string().regex(CHARGEBACK_ID), request.params.id)
      const { outcome } = parseBody(Decision, request.body)
      acquirer.decideChargeback(id, outcome)
      await world.durable()
      response.json({ id, outcome })
    })

function takeBack(
  world: World,
  { reference, amount: wanted, reason, previous }: Omit<z.output<typeof NewChargeback>, 'reports'>
): Chargeback {
  const { authorizations, journal } = world.acquirer
  const of = authorizations.get(reference)
  if (!of) throw new SandboxRefusal(404, 'not_found', 'there is no such sale or authorization')
  if (previous !== undefined && !of.chargebacks.some(({ id, won }) => id === previous && won))
    throw new SandboxRefusal(409, 'not_won', 'the payee has not won that chargeback of it')
  const taken = of.chargebacks.filter(({ won }) => !won).reduce((sum, { amount }) => sum + BigInt(amount), 0n)
  const left = of.captured - of.refunded - taken
  const amount = BigInt(wanted ?? left)
  if (amount <= 0n || amount > left)
    throw new SandboxRefusal(409, 'amount_exceeds_captured', 'there is not so much left to take back')
  const chargeback = {
    id: `cbk_${randomBytes(16).toString('hex')}`,
    reference,
    reason,
    amount: amount.toString(),
    ...(previous !== undefined && { previous })
  }
  world.record({
    type: 'chargeback',
    chargeback,
    line: {
      seq: journal.length + 1,
      reference: chargeback.id,
      operation: 'chargeback',
      of: reference,
      amount: chargeback.amount,
      currency: currency(of.currency),
      direction: 'out',
      booked_at: new Date(world.now()).toISOString()
    }
  })
  return chargeback
}
