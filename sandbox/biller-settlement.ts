import type { Amount } from './bank-types.ts'
import type { BillInstruction, BillJournalLine } from './biller-types.ts'
import { digitsOf, moveAtBank } from './own-account.ts'
import { SandboxRefusal } from './refusal.ts'
import type { z } from 'zod'
import type { World } from './world.ts'

/** The bank of ours that the network settles with. */
const BANK = 'a'
const NETWORK = { who: 'BNS', bank: BANK } as const

type Money = z.output<typeof Amount>

/**
 * Takes what was paid for each biller from our bank, in one sum a biller and currency.
 * @param before only what was booked before it, in milliseconds of the sandbox's own clock
 */
export function settleBillers(world: World, before: number): void {
  const { journal, instructions, news } = world.billers
  const due = journal
    .filter(({ operation, booked_at }) => operation === 'pay' && Date.parse(booked_at) < before)
    .map(({ reference }) => instructions.get(reference)!)
    .filter(({ settled, reversed }) => settled === undefined && reversed === undefined)
  const groups = new Map<string, BillInstruction[]>()
  for (const each of due) {
    const key = `${each.order.biller}|${each.order.amount.currency}`
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  for (const group of groups.values()) {
    const { biller, amount: first } = group[0]!.order
    const sum = group.reduce((total, { order }) => total + BigInt(order.amount.amount), 0n)
    const amount = { amount: sum.toString(), currency: first.currency }
    const at = new Date(world.now()).toISOString()
    const reference = moveAtBank(world, { ...NETWORK, direction: 'out' }, amount, at)
    const payments = group.map(({ order }) => order.reference)
    world.record({
      type: 'biller_news',
      news: {
        seq: news.length + 1,
        kind: 'settled',
        reference,
        bank: BANK,
        biller,
        payments,
        amount,
        at
      },
      payments,
      line: lineFor(world, { reference, operation: 'settle', direction: 'out' }, amount, at)
    })
  }
}

/** A biller gives a payment back: out of what it is owed, or, once it has been paid, by bringing it to our bank. */
export function reverseBill(world: World, reference: string, reason: string): object {
  const instruction = paidOf(world, reference)
  const { amount } = instruction.order
  const at = new Date(world.now()).toISOString()
  const isSettled = instruction.settled !== undefined
  const own = isSettled
    ? moveAtBank(world, { ...NETWORK, direction: 'in' }, amount, at)
    : `BRV${digitsOf(world.billers.news.length + 1)}`
  const bank = isSettled ? { bank: BANK as typeof BANK } : {}
  const seq = world.billers.news.length + 1
  const news = { seq, kind: 'reversed' as const, reference: own, payment: reference, reason, amount, at, ...bank }
  const line = isSettled
    ? lineFor(world, { reference: own, operation: 'refund', direction: 'in' }, amount, at)
    : lineFor(world, { reference: own, operation: 'reverse', direction: 'out' }, amount, at)
  world.record({ type: 'biller_news', news, payments: [reference], line })
  return news
}

/** @throws {SandboxRefusal} 404 or 409 */
function paidOf(world: World, reference: string): BillInstruction {
  const instruction = world.billers.instructions.get(reference)
  if (!instruction) throw new SandboxRefusal(404, 'not_found', 'there is no such payment')
  if (instruction.standing.status !== 'booked' || instruction.reversed)
    throw new SandboxRefusal(409, 'not_paid', 'the payment is not booked, or has been given back')
  return instruction
}

const lineFor = (
  world: World,
  what: Pick<BillJournalLine, 'reference' | 'operation' | 'direction'>,
  { amount, currency }: Money,
  at: string
): BillJournalLine => ({ seq: world.billers.journal.length + 1, ...what, amount, currency, booked_at: at })
