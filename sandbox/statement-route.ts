import type { RequestHandler } from 'express'
import { z } from 'zod'
import { decimalOf } from '../domain/money.ts'
import { BankName } from './bank-types.ts'
import { toCamt053 } from './camt053.ts'
import { SandboxRefusal } from './refusal.ts'
import { statedLines } from './statement-faults.ts'
import { statementsOf, type Statement } from './statement.ts'
import type { World } from './world.ts'

const Wanted = z.object({ bank: BankName, date: z.iso.date(), format: z.enum(['xml', 'csv']) })

/** `GET /admin/statements/{bank}/{date}.{xml,csv}`: a day by the sandbox's own clock, in UTC. */
export const statementRoute =
  (world: World): RequestHandler =>
  async (request, response) => {
    const { bank, file } = request.params
    const [date, format] = String(file).split('.')
    const wanted = Wanted.safeParse({ bank, date, format })
    if (!wanted.success)
      throw new SandboxRefusal(404, 'not_found', 'a statement is called {bank}/{YYYY-MM-DD}.{xml,csv}')
    const statements = statementsAt(world, wanted.data.bank, wanted.data.date)
    await world.durable()
    if (wanted.data.format === 'csv') {
      response.type('text/csv').send(toCsv(statements))
      return
    }
    response.type('application/xml').send(camtOf(world, wanted.data.bank, wanted.data.date))
  }

/** `GET /banks/{bank}/statements/{date}.xml`: what a customer of the bank gets, once the day is over. */
export const customerStatementRoute =
  (world: World): RequestHandler =>
  async (request, response) => {
    const { bank, file } = request.params
    const [date, format] = String(file).split('.')
    const wanted = Wanted.safeParse({ bank, date, format })
    const isOver = wanted.success && wanted.data.date < new Date(world.now()).toISOString().slice(0, 10)
    if (!isOver || wanted.data.format !== 'xml')
      throw new SandboxRefusal(
        404,
        'not_found',
        'a statement is called {YYYY-MM-DD}.xml, and made once the day is over'
      )
    const camt = camtOf(world, wanted.data.bank, wanted.data.date)
    await world.durable()
    response.type('application/xml').send(camt)
  }

const statementsAt = (world: World, bank: BankName, date: string): Statement[] =>
  statementsOf(bank, statedLines(bank, world.banks[bank].journal, world.statementFaults.values()), date)

const camtOf = (world: World, bank: BankName, date: string): string =>
  toCamt053(statementsAt(world, bank, date), `COF${bank.toUpperCase()}-${date}`, new Date(world.now()).toISOString())

const HEADER = 'kind,seq,booked_at,reference,operation,iban,direction,amount,currency'

/** Amounts in major units, balances signed, with their day; no field can hold a comma, a quote or a formula's first character. */
const toCsv = (statements: readonly Statement[]): string =>
  [HEADER, ...statements.flatMap(rowsOf)].map((row) => `${row}\r\n`).join('')

const rowsOf = ({ opening, closing, entries, currency, iban, date }: Statement): string[] => {
  const balanceRow = (kind: string, balance: bigint) =>
    [kind, '', date, '', '', iban, '', decimalOf({ amount: balance, currency }), currency].join(',')
  const rows = entries.map((line) =>
    [
      'entry',
      line.entry,
      line.booked_at,
      line.reference,
      line.operation,
      line.iban,
      line.direction,
      decimalOf({ amount: BigInt(line.amount), currency }),
      currency
    ].join(',')
  )
  return [balanceRow('opening_balance', opening), ...rows, balanceRow('closing_balance', closing)]
}
