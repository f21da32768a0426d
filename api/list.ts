import { z } from 'zod'
import { Refusal } from '../domain/errors.ts'

/** What every list takes; add filters with `ListQuery.extend({ … })`. */
export const ListQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/, 'must be a number from 1 to 100')
    .transform(Number)
    .refine((n) => n <= 100, 'must be at most 100')
    .default(20)
    .meta({ type: 'integer', minimum: 1, maximum: 100, default: 20 }),
  cursor: z.string().max(500).optional().meta({ description: 'next_cursor of the page before' })
})

/** What every list answers. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ data: z.array(item), next_cursor: z.string().nullable(), has_more: z.boolean() })

/**
 * A page from `limit + 1` rows, the last of which only tells that there are more.
 * @param cursorOf what identifies a row's place in the order: strings, since a bigint does not fit a JSON number.
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => readonly string[],
  toItem: (row: Row) => Item
): { data: Item[]; next_cursor: string | null; has_more: boolean } {
  const shown = rows.slice(0, limit)
  const hasMore = rows.length > limit
  const last = shown.at(-1)
  const cursor = hasMore && last !== undefined ? writeCursor(cursorOf(last)) : null
  return { data: shown.map(toItem), next_cursor: cursor, has_more: hasMore }
}

/** A place in a list's order as callers carry it; opaque to them. */
export const writeCursor = (parts: readonly string[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url')

/**
 * The parts that `cursorOf` gave; undefined without a cursor. It is only a place in an order, never a right to see it.
 * @throws {Refusal} `invalid_request` for one that this list has not given.
 */
export function readCursor<Parts extends z.ZodType>(
  parts: Parts,
  cursor: string | undefined,
  pointer = '/query/cursor'
): z.output<Parts> | undefined {
  if (cursor === undefined) return undefined
  const read = parts.safeParse(parsed(cursor))
  if (read.success) return read.data
  throw new Refusal('invalid_request', {
    errors: [{ pointer, message: 'is not a next_cursor of this list' }]
  })
}

/** Of a list whose order is one number; see `readCursor`. */
export function readSeqCursor(cursor: string | undefined): bigint | undefined {
  const parts = readCursor(z.tuple([z.string().regex(/^[1-9][0-9]{0,17}$/)]), cursor)
  return parts && BigInt(parts[0])
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
