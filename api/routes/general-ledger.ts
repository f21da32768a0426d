import { z } from 'zod'
import { accountName } from '../../domain/account-kinds.ts'
import { csvOf } from '../../domain/csv.ts'
import type { CurrencyCode } from '../../domain/currencies.ts'
import { Refusal } from '../../domain/errors.ts'
import { decimalOf } from '../../domain/money.ts'
import { DAY_MS } from '../../domain/reconciliation.ts'
import { readGeneralLedger, type GeneralLedgerLine } from '../../ledger/general-ledger.ts'
import type { ApiDeps } from '../deps.ts'
import { Day } from '../reconciliation-schemas.ts'
import { media, route, type Route } from '../route.ts'

const HEADER = ['account', 'kind', 'owner', 'currency', 'opening', 'debit', 'credit', 'closing']
const DAYS_MAX = 366

/** The books as accountants take them. */
export const generalLedgerRoutes = ({ db }: ApiDeps): Route[] => [
  route.get(
    '/general-ledger.csv',
    {
      summary: 'Export the general ledger',
      description:
        'Every ledger account from the first day to the last one, both included, in major units: what it opened with, debits, ' +
        'credits, what it closed with. Balances are debits less credits, so that the line `total` of each currency has equal ' +
        'debits and credits, and opens and closes with zero.',
      query: z.strictObject({ from: Day, to: Day }),
      reply: media('text/csv; charset=utf-8'),
      callers: { finance: 'any' },
      scope: 'general-ledger:read'
    },
    async ({ query: { from, to } }) => {
      const days = (Date.parse(to) - Date.parse(from)) / DAY_MS
      if (days < 0) refuse('/query/to', 'must not be before from')
      if (days >= DAYS_MAX) refuse('/query/to', `must be at most ${DAYS_MAX} days on`)
      const lines = await readGeneralLedger(db, from, to)
      const currencies = [...new Set(lines.map(({ currency }) => currency))]
      const totals = currencies.map((currency) =>
        totalOf(
          lines.filter((line) => line.currency === currency),
          currency
        )
      )
      return csvOf([HEADER, ...lines.map(rowOf), ...totals])
    }
  )
]

const rowOf = (line: GeneralLedgerLine): string[] => [
  accountName(line),
  line.kind,
  line.owner,
  line.currency,
  ...amountsOf(line, line.currency)
]

function totalOf(lines: readonly GeneralLedgerLine[], currency: CurrencyCode): string[] {
  const sum = (of: 'opening' | 'debit' | 'credit' | 'closing') => lines.reduce((total, line) => total + line[of], 0n)
  const all = { opening: sum('opening'), debit: sum('debit'), credit: sum('credit'), closing: sum('closing') }
  return [`total:${currency}`, 'total', '', currency, ...amountsOf(all, currency)]
}

const amountsOf = (
  { opening, debit, credit, closing }: Pick<GeneralLedgerLine, 'opening' | 'debit' | 'credit' | 'closing'>,
  currency: CurrencyCode
): string[] => [opening, debit, credit, closing].map((amount) => decimalOf({ amount, currency }))

function refuse(pointer: string, message: string): never {
  throw new Refusal('invalid_request', { errors: [{ pointer, message }] })
}
