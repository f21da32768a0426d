import { randomInt } from 'node:crypto'
import type { BankName, JournalLine, NewReturn, Order, Returned } from './bank-types.ts'
import type { Callbacks } from './callbacks.ts'
import { digitsOf } from './own-account.ts'
import { SandboxRefusal } from './refusal.ts'
import type { World } from './world.ts'

interface ReturnDeps {
  readonly world: World
  readonly callbacks: Callbacks
  readonly onPending: (dueAt: number) => void
}

/** What a late return says when nobody has named a reason: the account holder's bank could not collect after all. */
const LATE_REASON = 'insufficient_funds'

/** How a bank takes back what it has booked: by itself when it is due, or because somebody says so; each once. */
export function createReturns(name: BankName, { world, callbacks, onPending }: ReturnDeps) {
  const books = world.banks[name]

  function takeBack({ reference, reason, charge, reports }: Omit<NewReturn, 'bank'>): Returned {
    const instruction = books.instructions.get(reference)
    if (instruction?.standing.status !== 'booked')
      throw new SandboxRefusal(404, 'not_found', 'the bank has booked nothing under that reference')
    if (books.cameBack.has(reference)) throw new SandboxRefusal(409, 'returned', 'it has come back already')
    const { order } = instruction
    const seq = books.journal.length + 1
    const { amount } = order
    const returned: Returned = {
      seq,
      // Not its place: every sandbox would have the same ones, and so would whoever names things after them.
      reference: `RTN${name.toUpperCase()}${digitsOf(randomInt(10 ** 12))}`,
      original_reference: reference,
      amount,
      ...(charge !== undefined && { charge: { amount: charge, currency: amount.currency } }),
      reason,
      returned_at: new Date(world.now()).toISOString()
    }
    world.record({ type: 'returned', bank: name, returned, lines: linesOf(order, returned) })
    void callbacks.report(name, returned.reference, reports)
    return returned
  }

  return {
    takeBack,
    expect(reference: string, dueAt: number): void {
      world.record({ type: 'return_due', due: { bank: name, reference, due_at: dueAt } })
      onPending(dueAt)
    },
    settleDue(): void {
      for (const { reference, due_at } of books.dueReturns.values()) {
        if (due_at <= world.now()) takeBack({ reference, reason: LATE_REASON, reports: 1 })
      }
    }
  }
}

/** The money goes the other way under the return's own reference, and the charge leaves under the same. */
function linesOf({ operation, iban, amount }: Order, { seq, reference, charge, returned_at }: Returned): JournalLine[] {
  const line: JournalLine = {
    seq,
    reference,
    operation: 'return',
    iban,
    amount: amount.amount,
    currency: amount.currency,
    direction: operation === 'pull' ? 'out' : 'in',
    booked_at: returned_at
  }
  if (!charge) return [line]
  return [line, { ...line, seq: seq + 1, operation: 'fee', amount: charge.amount, direction: 'out' }]
}
