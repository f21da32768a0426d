import { Router, type RequestHandler } from 'express'
import { z } from 'zod'
import { billKey } from './biller-books.ts'
import { reverseBill, settleBillers } from './biller-settlement.ts'
import { BillOrder, BillQuestion, NewBill, NewReversal, WithdrawnBill, type Bill } from './biller-types.ts'
import type { BillerNetwork } from './billers.ts'
import { answerInquiry, sendReply } from './instructions.ts'
import { parseBody, parseValue, SandboxRefusal } from './refusal.ts'
import { useRule } from './rules.ts'
import type { World } from './world.ts'

const Reference = z.string().min(1).max(100)
const NewsQuery = z.strictObject({ after: z.coerce.number().int().min(0).default(0) })
const NEWS_PAGE = 100
const DAY_MS = 86_400_000

/** The billers' network; whoever mounts it has checked the signature. */
export function billerRoutes(world: World, network: BillerNetwork): Router {
  const pay: RequestHandler = async (request, response) => {
    const reply = await network.pay(parseBody(BillOrder, request.body))
    await world.durable()
    sendReply(response, reply)
  }

  const inquire: RequestHandler = (request, response) => {
    const reference = parseValue(Reference, request.params.reference)
    return answerInquiry(world, response, { reference }, () => network.inquire(reference))
  }

  const askBill: RequestHandler = (request, response) => {
    const question = parseBody(BillQuestion, request.body)
    const rule = useRule(world, { operation: 'ask_bill', reference: question.biller })
    const answer = () => void response.json(network.askBill(question))
    if (rule === undefined) return answer()
    if (rule.outcome === 'error') return sendReply(response, { ending: 'error' })
    if (rule.outcome === 'delay') setTimeout(answer, rule.delay_ms).unref()
  }

  const listNews: RequestHandler = async (request, response) => {
    const { after } = parseValue(NewsQuery, request.query)
    // It settles a day once it is over, and nobody has asked it for anything before that.
    settleBillers(world, Math.floor(world.now() / DAY_MS) * DAY_MS)
    await world.durable()
    response.json({ data: world.billers.news.filter(({ seq }) => seq > after).slice(0, NEWS_PAGE) })
  }

  return Router()
    .post('/payments', pay)
    .get('/payments/:reference', inquire)
    .post('/bills/inquire', askBill)
    .get('/news', listNews)
}

/** Bills come and go as the sandbox's operators want; whoever mounts this has checked the admin key. */
export function billAdminRoutes(world: World): Router {
  const existing = (of: Pick<Bill, 'biller' | 'account_number' | 'bill_reference'>): Bill | undefined =>
    world.billers.bills.get(billKey(of, of.bill_reference))

  return Router()
    .post('/bills', async (request, response) => {
      const bill: Bill = { ...parseBody(NewBill, request.body), status: 'open' }
      if (existing(bill)?.status === 'paid') throw new SandboxRefusal(409, 'bill_paid', 'the bill has been paid')
      world.record({ type: 'bill_issued', bill })
      await world.durable()
      response.status(201).json(bill)
    })
    .post('/bills/cancel', async (request, response) => {
      const bill = existing(parseBody(WithdrawnBill, request.body))
      if (!bill) throw new SandboxRefusal(404, 'not_found', 'there is no such bill')
      if (bill.status === 'paid') throw new SandboxRefusal(409, 'bill_paid', 'the bill has been paid')
      const canceled: Bill = { ...bill, status: 'canceled' }
      world.record({ type: 'bill_issued', bill: canceled })
      await world.durable()
      response.json(canceled)
    })
    .post('/bill-reversals', async (request, response) => {
      const { reference, reason } = parseBody(NewReversal, request.body)
      const reversal = reverseBill(world, reference, reason)
      await world.durable()
      response.status(201).json(reversal)
    })
    .post('/biller-settlements', async (_request, response) => {
      settleBillers(world, Infinity)
      await world.durable()
      response.status(201).json({ data: world.billers.news.filter(({ kind }) => kind === 'settled') })
    })
}
