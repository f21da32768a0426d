import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { listTimeline, timelineQuery, type TimelinePlace } from '../../store/customer-timeline.ts'
import { newId, openStore, type StoreUnderTest } from './store-under-test.ts'

const EVENTS = 100_000
const CUSTOMERS = 100

let store: StoreUnderTest
const customerId = newId('cus')
beforeAll(async () => {
  store = await openStore()
  // A thousand of theirs among a hundred thousand, a minute apart.
  await sql`
    insert into event (type, object_id, unit_id, object_version, to_state, customer_id, data, created_at)
      select case g % 7 when 0 then 'top_up.succeeded' else 'payment.succeeded' end, 'pay_' || g, g, 1, 'succeeded',
          case g % ${sql.lit(CUSTOMERS)} when 0 then ${customerId} else 'cus_' || g % ${sql.lit(CUSTOMERS)} end, '{}',
          timestamptz '2026-01-01' + g * interval '1 minute'
        from generate_series(1, ${sql.lit(EVENTS)}) g`.execute(store.owner.db)
  await sql`select append_audit('opr_1', 'wallet.frozen', ${customerId}, 'r', '{}')`.execute(store.db)
  await sql`select append_audit('opr_1', 'timeline.read', ${customerId}, 'r', '{}')`.execute(store.db)
  await sql`analyze event, audit_log, audit_subject`.execute(store.owner.db)
})
afterAll(() => store.stop())

describe('the timeline of one customer among a hundred thousand events', () => {
  it.each([
    ['from the beginning', undefined, {}],
    ['from a place in it', ['2026-02-01 00:00:00+00', 'evt_'] as TimelinePlace, {}],
    [
      'of one type between two times',
      undefined,
      { type: 'top_up', from: new Date('2026-01-02'), to: new Date('2026-02-01') }
    ]
  ])('%s is read by its indexes, never by all rows', async (_, before, filter) => {
    const { sql: text, parameters } = timelineQuery({ customerId, ...filter }, before, 21).compile(store.db)
    const { rows } = await store.pool.query<{ 'QUERY PLAN': string }>(`explain ${text}`, [...parameters])
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toMatch(/Index (Only )?Scan.* (using|on) event_of_customer/)
    expect(plan).not.toMatch(/Seq Scan on event/)
  })

  it('has every event once, newest first, with what operators did', async () => {
    const all = []
    let before: TimelinePlace | undefined
    for (;;) {
      const page = await listTimeline(store.db, { customerId }, before, 100)
      all.push(...page)
      if (page.length < 100) break
      before = page.at(-1)!.place
    }
    expect(all).toHaveLength(EVENTS / CUSTOMERS + 1)
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    expect(all.filter(({ by }) => by === 'opr_1').map(({ type }) => type)).toEqual(['wallet.frozen'])
    const instants = all.map(({ at }) => at.getTime())
    expect(instants).toEqual([...instants].sort((a, b) => b - a))
  })
})
