import { randomBytes } from 'node:crypto'
import { Router } from 'express'
import { z } from 'zod'
import { REQUEST_AMOUNT } from '../domain/money.ts'
import { currency } from '../domain/currencies.ts'
import type { Callbacks } from './callbacks.ts'
import { parseBody, SandboxRefusal } from './refusal.ts'
import type { World } from './world.ts'

/** The body of `POST /admin/chargebacks`: which sale or authorization, and how much of it; all that is left of it otherwise. */
const NewChargeback = z.strictObject({
  reference: z.string().min(1).max(100),
  amount: z.string().regex(REQUEST_AMOUNT).optional(),
  reason: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/)
})

/** A card holder's bank takes a payment back: booked at once, and told by a callback that names the payment's reference. */
export const chargebackRoutes = (world: World, callbacks: Callbacks): Router =>
  Router().post('/', async (request, response) => {
    const { reference, amount: wanted, reason } = parseBody(NewChargeback, request.body)
    const { authorizations, journal } = world.acquirer
    const of = authorizations.get(reference)
    if (!of) throw new SandboxRefusal(404, 'not_found', 'there is no such sale or authorization')
    const left = of.captured - of.refunded - of.chargebacks.reduce((sum, { amount }) => sum + BigInt(amount), 0n)
    const amount = BigInt(wanted ?? left)
    if (amount <= 0n || amount > left)
      throw new SandboxRefusal(409, 'amount_exceeds_captured', 'there is not so much left to take back')
    const chargeback = {
      id: `cbk_${randomBytes(16).toString('hex')}`,
      reference,
      reason,
      amount: amount.toString()
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
    void callbacks.report('acquirer', reference, 1)
    await world.durable()
    response.status(201).json(chargeback)
  })
