import type { RequestHandler } from 'express'
import { z } from 'zod'
import { BankName } from './bank-types.ts'
import { toCamt053 } from './camt053.ts'
import { SandboxRefusal } from './refusal.ts'
import { decimal, statementsOf, type Statement } from './statement.ts'
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
    const statements = statementsOf(wanted.data.bank, world.banks[wanted.data.bank].journal, wanted.data.date)
    await world.durable()
    if (wanted.data.format === 'csv') {
      response.type('text/csv').send(toCsv(statements))
      return
    }
    const name = `COF${wanted.data.bank.toUpperCase()}-${wanted.data.date}`
    response.type('application/xml').send(toCamt053(statements, name, new Date(world.now()).toISOString()))
  }

const HEADER = 'kind,seq,booked_at,reference,operation,iban,direction,amount,currency'

/** Amounts in major units, balances signed; no field can hold a comma, a quote or a formula's first character. */
const toCsv = (statements: readonly Statement[]): string =>
  [HEADER, ...statements.flatMap(rowsOf)].map((row) => `${row}\r\n`).join('')

const rowsOf = ({ opening, closing, entries, currency, iban }: Statement): string[] => {
  const balanceRow = (kind: string, balance: bigint) =>
    [kind, '', '', '', '', iban, '', `${balance < 0n ? '-' : ''}${decimal(balance, currency)}`, currency].join(',')
  const rows = entries.map((line) =>
    [
      'entry',
      line.seq,
      line.booked_at,
      line.reference,
      line.operation,
      line.iban,
      line.direction,
      decimal(BigInt(line.amount), currency),
      currency
    ].join(',')
  )
  return [balanceRow('opening_balance', opening), ...rows, balanceRow('closing_balance', closing)]
}
