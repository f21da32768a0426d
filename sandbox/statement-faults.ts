import { randomUUID } from 'node:crypto'
import { Router } from 'express'
import { z } from 'zod'
import { currency } from '../domain/currencies.ts'
import { Amount, BankName, type JournalLine } from './bank-types.ts'
import { parseBody, SandboxRefusal } from './refusal.ts'
import { ownIban } from './statement.ts'
import type { World } from './world.ts'

const reference = z.string().min(1).max(100)
const Moved = z.strictObject({
  bank: BankName,
  kind: z.enum(['unknown_credit', 'unknown_debit', 'fee']),
  amount: Amount,
  reference: reference.optional(),
  /** Whether the bank has really moved it, or its statement alone says so. */
  in_journal: z.boolean().default(false)
})

/** The body of `POST /admin/statement-faults`: what the bank's statements say that is not so, or that nobody expects. */
export const NewStatementFault = z.discriminatedUnion('kind', [
  z.strictObject({
    bank: BankName,
    kind: z.literal('drop'),
    reference,
    /** On the statement of so many days later instead; absent: on none. */
    days_later: z.number().int().min(1).max(60).optional()
  }),
  z.strictObject({ bank: BankName, kind: z.literal('duplicate'), reference }),
  z.strictObject({ bank: BankName, kind: z.literal('alter_amount'), reference, amount: Amount }),
  z.strictObject({ bank: BankName, kind: z.literal('forget_reference'), reference }),
  ...(['unknown_credit', 'unknown_debit', 'fee'] as const).map((kind) => Moved.extend({ kind: z.literal(kind) }))
])

export type StatementFault = z.output<typeof NewStatementFault> & {
  readonly id: string
  /** When it was planted, by the sandbox's own clock. */
  readonly at: string
}

/** A line as a statement says it, which need not be as the journal has it. */
export interface StatedLine extends JournalLine {
  /** What the bank calls the entry. */
  readonly entry: string
  /** The UTC day of the statement that it is on. */
  readonly stated_on: string
}

const DAY_MS = 86_400_000
const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)

/** The journal as the bank's statements say it: each line on its day, but for what was planted. */
export function statedLines(
  bank: BankName,
  journal: readonly JournalLine[],
  faults: Iterable<StatementFault>
): StatedLine[] {
  const planted = [...faults].filter((fault) => fault.bank === bank)
  const lines = journal.flatMap((line) => {
    const stated = { ...line, entry: line.seq.toString(), stated_on: line.booked_at.slice(0, 10) }
    return planted.reduce<StatedLine[]>((so, fault) => so.flatMap((each) => applied(each, fault)), [stated])
  })
  return [...lines, ...planted.flatMap(invented)]
}

function applied(line: StatedLine, fault: StatementFault): StatedLine[] {
  if (!('reference' in fault) || fault.reference !== line.reference) return [line]
  switch (fault.kind) {
    case 'drop':
      if (fault.days_later === undefined) return []
      return [onDay(line, dayAfter(line.stated_on, fault.days_later))]
    case 'duplicate':
      return [line, { ...line, entry: `${line.entry}-2` }]
    case 'alter_amount':
      return [{ ...line, amount: fault.amount.amount }]
    case 'forget_reference':
      return [{ ...line, reference: 'NOTPROVIDED' }]
    default:
      return [line]
  }
}

const onDay = (line: StatedLine, day: string): StatedLine => ({
  ...line,
  stated_on: day,
  booked_at: `${day}T12:00:00.000Z`
})

/** What no journal has. */
function invented(fault: StatementFault): StatedLine[] {
  if (!('in_journal' in fault) || fault.in_journal) return []
  const line = lineOf(fault, 0)
  return [{ ...line, entry: fault.id, stated_on: line.booked_at.slice(0, 10) }]
}

function lineOf(fault: Extract<StatementFault, { in_journal: boolean }>, seq: number): JournalLine {
  return {
    seq,
    reference: fault.reference ?? `${fault.kind === 'fee' ? 'FEE' : 'TRF'}${fault.id}`,
    operation: fault.kind === 'fee' ? 'fee' : 'transfer',
    iban: ownIban(fault.bank),
    amount: fault.amount.amount,
    currency: currency(fault.amount.currency),
    direction: fault.kind === 'unknown_credit' ? 'in' : 'out',
    booked_at: fault.at
  }
}

/** What operators of the sandbox plant on statements; whoever mounts them has checked the admin key. */
export function statementFaultRoutes(world: World): Router {
  return Router()
    .post('/', async (request, response) => {
      const asked = parseBody(NewStatementFault, request.body)
      const id = `F${randomUUID()}`
      const fault: StatementFault = { ...asked, id, at: new Date(world.now()).toISOString() }
      if ('in_journal' in fault && fault.in_journal) {
        const line = lineOf(fault, world.banks[fault.bank].journal.length + 1)
        world.record({ type: 'booked', bank: fault.bank, bank_reference: id, line })
      }
      world.record({ type: 'statement_fault', fault })
      await world.durable()
      response.status(201).json(fault)
    })
    .get('/', (_request, response) => {
      response.json({ data: [...world.statementFaults.values()] })
    })
    .delete('/:id', async (request, response) => {
      const { id } = request.params
      if (!world.statementFaults.has(id)) throw new SandboxRefusal(404, 'not_found', 'there is no such fault')
      world.record({ type: 'statement_fault_removed', id })
      await world.durable()
      response.status(204).end()
    })
}
