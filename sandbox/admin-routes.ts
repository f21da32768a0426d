import { randomUUID } from 'node:crypto'
import { Router, type RequestHandler } from 'express'
import { z } from 'zod'
import type { Acquirer } from './acquirer.ts'
import { payOut } from './acquirer-payout.ts'
import type { Bank } from './bank.ts'
import { type BankName, bankNames, NewReturn } from './bank-types.ts'
import type { Callbacks } from './callbacks.ts'
import { chargebackRoutes } from './chargeback-routes.ts'
import type { Clock } from './clock.ts'
import { parseBody, parseValue, SandboxRefusal } from './refusal.ts'
import { NewRule, type Rule } from './rules.ts'
import { screeningListRoutes } from './screening-routes.ts'
import { statementFaultRoutes } from './statement-faults.ts'
import { statementRoute } from './statement-route.ts'
import type { World } from './world.ts'

interface AdminDeps {
  readonly world: World
  readonly banks: Readonly<Record<BankName, Bank>>
  readonly acquirer: Acquirer
  readonly clock: Clock
  readonly callbacks: Callbacks
}

/** Ten years: further than any deadline, and far from the end of a date. */
const ADVANCE_MS_MAX = 10 * 366 * 86_400_000

const Advance = z.strictObject({ by_ms: z.number().int().min(0).max(ADVANCE_MS_MAX) })
const CallbackUrl = z.strictObject({ url: z.url({ protocol: /^https?$/ }) })
const JournalQuery = z.strictObject({
  bank: z.enum([...bankNames, 'acquirer', 'billers']),
  after: z.coerce.number().int().min(0).default(0)
})
const InboxQuery = z.strictObject({ to: z.string().min(1).optional() })

/** What tests and operators of the sandbox steer it with; whoever mounts them has checked the admin key. */
export function adminRoutes({ world, banks, acquirer, clock, callbacks }: AdminDeps): Router {
  const readJournal: RequestHandler = async (request, response) => {
    const { bank, after } = parseValue(JournalQuery, request.query)
    const { journal, balances } =
      bank === 'acquirer' ? world.acquirer : bank === 'billers' ? world.billers : world.banks[bank]
    const body = {
      data: journal.slice(after),
      balances: Object.fromEntries([...balances].map(([currency, balance]) => [currency, balance.toString()]))
    }
    await world.durable()
    response.json(body)
  }

  const readInbox: RequestHandler = (request, response) => {
    const { to } = parseValue(InboxQuery, request.query)
    response.json({ data: [...world.inbox.values()].filter((message) => to === undefined || message.to === to) })
  }

  const advanceClock: RequestHandler = async (request, response) => {
    const taken = await clock.advance(parseBody(Advance, request.body).by_ms)
    if (!taken)
      throw new SandboxRefusal(502, 'callback_failed', 'the clock has moved, but the API did not take the news')
    response.json({ offset_ms: world.offsetMs })
  }

  const setCallbackUrl: RequestHandler = async (request, response) => {
    const { url } = parseBody(CallbackUrl, request.body)
    world.record({ type: 'callback_url', url: url.replace(/\/+$/, '') })
    await world.durable()
    callbacks.resume()
    response.json({ url })
  }

  const takeBack: RequestHandler = async (request, response) => {
    const { bank, ...asked } = parseBody(NewReturn, request.body)
    const returned = banks[bank].takeBack(asked)
    await world.durable()
    response.status(201).json(returned)
  }

  const payOutNow: RequestHandler = async (_request, response) => {
    const before = world.acquirer.payouts.length
    payOut(world)
    await world.durable()
    response.status(201).json({ data: world.acquirer.payouts.slice(before) })
  }

  return Router()
    .use('/rules', ruleRoutes(world))
    .use('/screening-list', screeningListRoutes(world, callbacks))
    .use('/chargebacks', chargebackRoutes(world, acquirer, callbacks))
    .use('/statement-faults', statementFaultRoutes(world))
    .get('/journal', readJournal)
    .get('/inbox', readInbox)
    .get('/statements/:bank/:file', statementRoute(world))
    .post('/clock/advance', advanceClock)
    .post('/callback-url', setCallbackUrl)
    .post('/returns', takeBack)
    .post('/acquirer-payouts', payOutNow)
}

const ruleRoutes = (world: World): Router => {
  const remove = (id: string) => world.record({ type: 'rule_removed', id })
  return Router()
    .post('/', async (request, response) => {
      const rule: Rule = { id: `rul_${randomUUID()}`, ...parseBody(NewRule, request.body) }
      world.record({ type: 'rule_added', rule })
      await world.durable()
      response.status(201).json({ ...rule, used: 0 })
    })
    .get('/', (_request, response) => {
      response.json({ data: [...world.rules.values()].map(({ rule, used }) => ({ ...rule, used })) })
    })
    .delete('/', async (_request, response) => {
      for (const id of [...world.rules.keys()]) remove(id)
      await world.durable()
      response.status(204).end()
    })
    .delete('/:id', async (request, response) => {
      if (!world.rules.has(request.params.id)) throw new SandboxRefusal(404, 'not_found', 'there is no such rule')
      remove(request.params.id)
      await world.durable()
      response.status(204).end()
    })
}
