import { waitUntil } from '../../local/wait-until.ts'
import type { Client } from './client.ts'
import type { Coffer } from './coffer.ts'

type Row = Record<string, unknown>

const listOf = async (by: Client, path: string): Promise<Row[]> => (await by.get(path)).body['data'] as Row[]

/** What a customer was told, as the app lists it. */
export const mine = (by: Client, query = ''): Promise<Row[]> => listOf(by, `/v1/notifications${query}`)

/** What of it is about one thing. */
export const mineOf = async (by: Client, objectId: string): Promise<Row | undefined> =>
  (await mine(by, '?limit=100')).find(({ object_id }) => object_id === objectId)

/** Waits until operators see the messages about one thing as wanted. */
export async function delivered(
  coffer: Coffer,
  login: 'customer-a' | 'customer-b',
  objectId: string,
  isSo: (rows: Row[]) => boolean
): Promise<Row[]> {
  const by = await coffer.asCustomer(login)
  const log = `/v1/customers/${coffer.customer(login).id}/notification-deliveries?limit=100`
  let rows: Row[] = []
  await waitUntil(
    async () => {
      const about = (await mineOf(by, objectId))?.['id']
      rows = (await listOf(coffer.support, log)).filter(({ notification_id }) => notification_id === about)
      return rows.length > 0 && isSo(rows)
    },
    { limitMs: 60_000, otherwise: `the messages about ${objectId} did not become as wanted` }
  )
  return rows
}

export const allOver = (rows: Row[]): boolean => rows.every(({ state }) => state !== 'waiting')
