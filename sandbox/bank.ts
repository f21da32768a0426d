import type { BankName, JournalLine, NewReturn, Order, Returned, Standing } from './bank-types.ts'
import type { Callbacks } from './callbacks.ts'
import { earliestDue, instruct, type Reply } from './instructions.ts'
import { planFor, type Plan } from './outcomes.ts'
import { digitsOf } from './own-account.ts'
import { createReturns } from './returns.ts'
import type { Instruction, World } from './world.ts'

export interface Bank {
  /** Takes an instruction; the same reference is never booked twice. */
  instruct(order: Order): Promise<Reply>
  /** What became of a reference. `not_found` fences it: it will never be booked from then on. */
  inquire(reference: string): object
  /** Takes back what it has booked, once. @throws {SandboxRefusal} 404, or 409 when it has come back already. */
  takeBack(asked: Omit<NewReturn, 'bank'>): Returned
  /** Settles whatever is due by the sandbox's own clock. */
  settleDue(): void
  /** When the next pending instruction is due, in milliseconds of the sandbox's own clock. */
  nextDue(): number
}

interface BankDeps {
  readonly world: World
  readonly callbacks: Callbacks
  /** How long the bank takes to settle, by the sandbox's own clock: nothing at bank A, minutes at bank B. */
  readonly settleAfterMs: number
  /** Told when an instruction was taken that is not due yet. */
  readonly onPending: (dueAt: number) => void
  /** Aborts when the sandbox stops: what was only held back then never reached the bank. */
  readonly stopping: AbortSignal
}

export function createBank(name: BankName, { world, callbacks, settleAfterMs, onPending, stopping }: BankDeps): Bank {
  const books = world.banks[name]

  const returns = createReturns(name, { world, callbacks, onPending })

  const settle = ({ order, fate, reports, return_after_ms }: Instruction) => {
    const { reference } = order
    if (fate.kind === 'book') {
      const line = lineFor(order, books.journal.length + 1, world.now())
      const bank_reference = `COF${name.toUpperCase()}${digitsOf(line.seq)}`
      world.record({ type: 'booked', bank: name, line, bank_reference })
      if (return_after_ms !== undefined) returns.expect(reference, world.now() + return_after_ms)
    } else if (fate.kind === 'decline') {
      world.record({ type: 'declined', bank: name, reference, code: fate.code })
    } else {
      world.record({ type: 'lost', bank: name, reference })
    }
    return callbacks.report(name, reference, reports)
  }

  const settleDue = () => {
    for (const instruction of books.pending.values()) {
      if (instruction.due_at <= world.now()) void settle(instruction)
    }
    returns.settleDue()
  }

  const take = async (order: Order, plan: Plan): Promise<void> => {
    if (plan.fate === undefined) return
    const dueIn = name === 'a' ? 0 : (plan.settleAfterMs ?? settleAfterMs)
    const { fate, reports, returnAfterMs } = plan
    const coming = returnAfterMs === undefined ? {} : { return_after_ms: returnAfterMs }
    const taken = { bank: name, order, fate, reports, due_at: world.now() + dueIn, ...coming }
    world.record({ type: 'taken', taken })
    const instruction = books.instructions.get(order.reference)!
    if (name === 'b' && plan.reportFirst !== true) return onPending(instruction.due_at)
    const reported = settle(instruction)
    if (plan.reportFirst === true) await reported
  }

  const taker = {
    books,
    stopping,
    take,
    fingerprint,
    planFor: (order: Order) => planFor(world, name, order),
    answerFor: ({ reference }: Order) => answerFor(name, books.instructions.get(reference)!.standing)
  }

  return {
    instruct: (order) => instruct(taker, order),
    inquire(reference) {
      const standing = books.instructions.get(reference)?.standing
      if (standing && standing.status !== 'lost') return standing
      if (!books.fenced.has(reference)) world.record({ type: 'fenced', bank: name, reference })
      return { status: 'not_found' }
    },
    takeBack: returns.takeBack,
    settleDue,
    nextDue: () => earliestDue([...books.pending.values(), ...books.dueReturns.values()])
  }
}

/** Bank A knows at once; bank B only says that it has taken the instruction, however often it is asked. */
const answerFor = (name: BankName, standing: Standing): Reply => {
  if (name === 'b') return { ending: 'answer', status: 202, body: { status: 'pending' } }
  const body = standing.status === 'booked' ? { ...standing, status: 'accepted' } : standing
  return { ending: 'answer', status: 200, body }
}

const fingerprint = ({ reference, operation, iban, holder, amount }: Order): string =>
  JSON.stringify([reference, operation, iban, holder, amount.amount, amount.currency])

const lineFor = ({ reference, operation, iban, amount }: Order, seq: number, at: number): JournalLine => ({
  seq,
  reference,
  operation,
  iban,
  amount: amount.amount,
  currency: amount.currency,
  direction: operation === 'pull' ? 'in' : 'out',
  booked_at: new Date(at).toISOString()
})
