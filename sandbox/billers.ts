import { createHash } from 'node:crypto'
import { billKey, type BillerBooks } from './biller-books.ts'
import { planForBill } from './biller-outcomes.ts'
import type { Bill, BillInstruction, BillJournalLine, BillOrder, BillQuestion, BillStanding } from './biller-types.ts'
import type { Callbacks } from './callbacks.ts'
import { earliestDue, instruct, promptAnswer, type Reply } from './instructions.ts'
import type { Plan } from './outcomes.ts'
import type { World } from './world.ts'

export interface BillerNetwork {
  /** Takes a payment; the same reference is never booked twice. */
  pay(order: BillOrder): Promise<Reply>
  /** What became of a reference. `not_found` fences it: it will never be booked from then on. */
  inquire(reference: string): object
  /** The open bill that is due first. */
  askBill(question: BillQuestion): object
  settleDue(): void
  nextDue(): number
}

interface BillerDeps {
  readonly world: World
  readonly callbacks: Callbacks
  readonly onPending: (dueAt: number) => void
  readonly stopping: AbortSignal
}

/** Numbers that nobody has at any biller begin so. */
const UNKNOWN_ACCOUNT = '999'

/** Who brings bills' payments to their billers. It answers at once, but of the slow billers, or where a rule says later. */
export function createBillerNetwork({ world, callbacks, onPending, stopping }: BillerDeps): BillerNetwork {
  const books = world.billers

  const settle = ({ order, fate, reports }: BillInstruction) => {
    const { reference } = order
    const standing = standingOf(books, order, fate)
    const line = standing.status === 'booked' ? paidLine(order, books.journal.length + 1, world.now()) : undefined
    world.record({ type: 'bill_settled', reference, standing, ...(line && { line }) })
    return callbacks.report('billers', reference, reports)
  }

  const take = async (order: BillOrder, plan: Plan): Promise<void> => {
    if (plan.fate === undefined) return
    const { fate, reports, settleAfterMs = 0 } = plan
    world.record({ type: 'bill_taken', taken: { order, fate, reports, due_at: world.now() + settleAfterMs } })
    const instruction = books.instructions.get(order.reference)!
    if (settleAfterMs > 0) return onPending(instruction.due_at)
    const reported = settle(instruction)
    if (plan.reportFirst === true) await reported
  }

  const taker = {
    books,
    stopping,
    take,
    planFor: (order: BillOrder) => planForBill(world, order),
    fingerprint: (order: BillOrder) => JSON.stringify(Object.entries(order).sort()),
    answerFor: ({ reference }: BillOrder) => promptAnswer(books.instructions.get(reference)!.standing)
  }

  return {
    pay: (order) => instruct(taker, order),
    inquire(reference) {
      const instruction = books.instructions.get(reference)
      if (instruction) return instruction.standing
      if (!books.fenced.has(reference)) world.record({ type: 'bill_fenced', reference })
      return { status: 'not_found' }
    },
    askBill(question) {
      if (question.account_number.startsWith(UNKNOWN_ACCOUNT)) return { status: 'account_unknown' }
      const bill = openBills(books, question)[0]
      if (!bill) return { status: 'no_bill' }
      const { bill_reference, amount, due_date } = bill
      return { status: 'open', bill_reference, amount, due_date }
    },
    settleDue() {
      for (const instruction of books.pending.values()) if (instruction.due_at <= world.now()) void settle(instruction)
    },
    nextDue: () => earliestDue(books.pending.values())
  }
}

const openBills = ({ bills }: BillerBooks, { biller, account_number, bill_reference }: BillQuestion): Bill[] =>
  [...bills.values()]
    .filter((bill) => bill.biller === biller && bill.account_number === account_number && bill.status === 'open')
    .filter((bill) => bill_reference === undefined || bill.bill_reference === bill_reference)
    .sort((one, other) => (one.due_date < other.due_date ? -1 : one.due_date > other.due_date ? 1 : 0))

/** What the plan says, as far as the bill is still there at that moment, and is for that much. */
function standingOf(books: BillerBooks, order: BillOrder, fate: BillInstruction['fate']): BillStanding {
  const code = fate.kind === 'decline' ? fate.code : obstacle(books, order)
  if (code !== undefined) return { status: 'declined', code }
  const digits = createHash('sha256').update(order.reference).digest('hex').slice(0, 12).toUpperCase()
  return { status: 'booked', network_reference: `BIL${digits}` }
}

function obstacle({ bills }: BillerBooks, order: BillOrder): string | undefined {
  if (order.account_number.startsWith(UNKNOWN_ACCOUNT)) return 'account_unknown'
  if (order.bill_reference === undefined) return undefined
  const bill = bills.get(billKey(order, order.bill_reference))
  if (!bill) return 'bill_not_found'
  if (bill.status === 'paid') return 'bill_already_paid'
  if (bill.status === 'canceled') return 'bill_canceled'
  const { amount, currency } = bill.amount
  return amount === order.amount.amount && currency === order.amount.currency ? undefined : 'bill_amount_differs'
}

const paidLine = ({ reference, amount }: BillOrder, seq: number, at: number): BillJournalLine => ({
  seq,
  reference,
  operation: 'pay',
  amount: amount.amount,
  currency: amount.currency,
  direction: 'in',
  booked_at: new Date(at).toISOString()
})
