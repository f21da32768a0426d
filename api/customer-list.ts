import { z } from 'zod'
import { Refusal } from '../domain/errors.ts'
import { idOf, type CustomerId } from '../domain/ids.ts'
import { ListQuery, readCursor, toPage } from './list.ts'
import { id } from './schemas.ts'

/** Lists of what a customer has few of: wallets, bank accounts. */
export const CustomerListQuery = ListQuery.extend({
  customer_id: id('cus').optional().meta({ description: 'Whose; a customer need not say it, everyone else has to' })
})

/**
 * Whose things are asked for, or made.
 * @param pointer where the name would stand.
 * @throws {Refusal} `not_found` for a customer who names someone else, `invalid_request` when nobody is named.
 */
export function listedCustomer(
  { customerId: own }: { readonly customerId?: string },
  named: string | undefined,
  pointer = '/query/customer_id'
): CustomerId {
  if (own !== undefined && named !== undefined && own !== named) throw new Refusal('not_found')
  const customerId = own ?? named
  if (customerId !== undefined) return idOf('cus', customerId)
  throw new Refusal('invalid_request', { errors: [{ pointer, message: 'is needed' }] })
}

/** All of them were read; the cursor is the id of the last one shown. */
export function pageOfFew<Row extends { readonly id: string }>(
  rows: readonly Row[],
  { limit, cursor }: z.output<typeof ListQuery>
): { data: Row[]; next_cursor: string | null; has_more: boolean } {
  const place = readCursor(z.tuple([z.string().refine((last) => rows.some((row) => row.id === last))]), cursor)
  const rest = place ? rows.slice(rows.findIndex((row) => row.id === place[0]) + 1) : rows
  return toPage(
    rest,
    limit,
    (row) => [row.id],
    (row) => row
  )
}
