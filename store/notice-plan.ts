import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { inTransaction } from '../db/in-transaction.ts'
import { categoryOf, isNoticeKind, type Channel } from '../domain/notice-kinds.ts'
import { channelsFor, effective, nothingStated } from '../domain/notification-preferences.ts'
import { quietUntil } from '../domain/quiet-hours.ts'
import { readPreferencesOf } from './notification-preferences.ts'
import { readBusinessNow } from './process.ts'

/** What somebody is told, and nobody has decided how yet. */
interface Unplanned {
  readonly id: string
  readonly kind: string
  readonly customer_id: string | null
  readonly merchant_id: string | null
}

interface Delivery {
  readonly id: string
  readonly notice_id: string
  readonly channel: Channel
  readonly device_id: string | null
  readonly lane: string
  readonly language: string
  readonly due_at: Date
}

/**
 * Decides for each new notice by which ways it is told, in what language and when: by the preferences of this moment, once.
 * @returns how many there were; less than `limit`: there are no more for now
 */
export function planNotices(db: Kysely<Database>, limit: number): Promise<number> {
  return inTransaction(db, async (transaction) => {
    const { rows } = await sql<Unplanned>`
      select id, kind, customer_id, merchant_id from notice where planned_at is null
        order by seq limit ${limit} for update skip locked`.execute(transaction)
    if (rows.length === 0) return 0
    const deliveries = await deliveriesOf(transaction, rows)
    if (deliveries.length > 0)
      await transaction
        .insertInto('notice_delivery')
        .values([...deliveries])
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    await transaction
      .updateTable('notice')
      .set({ planned_at: sql<Date>`clock_timestamp()` })
      .where(
        'id',
        'in',
        rows.map(({ id }) => id)
      )
      .execute()
    return rows.length
  })
}

async function deliveriesOf(transaction: Transaction<Database>, notices: readonly Unplanned[]): Promise<Delivery[]> {
  const customerIds = [...new Set(notices.flatMap(({ customer_id }) => customer_id ?? []))]
  const merchantIds = [...new Set(notices.flatMap(({ merchant_id }) => merchant_id ?? []))]
  const preferences = await readPreferencesOf(transaction, customerIds)
  const places = await readPlaces(transaction, customerIds, merchantIds)
  const now = await readBusinessNow(transaction)
  return notices.flatMap(({ id, kind, customer_id, merchant_id }) => {
    const addressee = customer_id ?? merchant_id!
    const place = places.get(addressee)
    if (!place || !isNoticeKind(kind)) return []
    const category = categoryOf[kind]
    const wanted = effective(preferences.get(addressee) ?? nothingStated)
    const quiet = category === 'security' ? null : wanted.quietHours
    const shared = {
      notice_id: id,
      language: wanted.language,
      due_at: (quiet && quietUntil(now, quiet, place.zone)) ?? now
    }
    // What is about security is not held up by what could not be told before it.
    const lane = (way: string) => `${addressee}/${way}${category === 'security' ? '!' : ''}`
    return channelsFor(category, wanted, place.reach).flatMap((channel): Delivery[] =>
      channel === 'push'
        ? place.devices.map((device) => ({
            ...{ ...shared, id: `${id}-push-${device}`, channel, device_id: device, lane: lane(`push/${device}`) }
          }))
        : [{ ...shared, id: `${id}-${channel}`, channel, device_id: null, lane: lane(channel) }]
    )
  })
}

interface Place {
  readonly zone: string
  readonly reach: Set<Channel>
  readonly devices: string[]
}

/** Where whom can be told something: addresses that were proved, devices; of a business its contact. Nothing is opened for it. */
async function readPlaces(
  transaction: Transaction<Database>,
  customerIds: readonly string[],
  merchantIds: readonly string[]
): Promise<Map<string, Place>> {
  const { rows } = await sql<{ id: string; zone: string; way: string | null; device_id: string | null }>`
    select c.id, c.zone, p.kind as way, null as device_id from customer c
      left join personal_data p on p.owner_id = c.id and p.kind in ('email', 'phone') and p.verified_at is not null
      where c.id = any(${[...customerIds]}::text[])
    union all select c.id, c.zone, 'push', d.id from customer c join device d on d.customer_id = c.id
      where c.id = any(${[...customerIds]}::text[]) and d.push_token is not null and d.revoked_at is null
    union all select p.owner_id, 'UTC', 'email', null from personal_data p
      where p.owner_id = any(${[...merchantIds]}::text[]) and p.kind = 'business' and p.reference = 'business_profile'
    order by device_id`.execute(transaction)
  const places = new Map<string, Place>()
  for (const { id, zone, way, device_id } of rows) {
    const place = places.get(id) ?? { zone, reach: new Set<Channel>(), devices: [] }
    places.set(id, place)
    if (way !== null) place.reach.add(way === 'phone' ? 'sms' : (way as Channel))
    if (device_id !== null) place.devices.push(device_id)
  }
  return places
}
