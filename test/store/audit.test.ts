import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { inTransaction } from '../../db/in-transaction.ts'
import { appendAudit, appendAuditOnce, listAudit, verifyAuditChain } from '../../store/audit.ts'
import { openStore, type StoreUnderTest } from './store-under-test.ts'

let store: StoreUnderTest
beforeEach(async () => {
  store = await openStore()
})
afterEach(() => store.stop())

const entry = (n: number) => ({
  actor: 'opr_1',
  action: 'test.done',
  object: `thing_${n}`,
  requestId: 'req_1',
  data: { n, ä: 'ß "quoted"' }
})
const append = async (count: number) => {
  for (let n = 1; n <= count; n++) await appendAudit(store.db, entry(n))
}
/** What an owner does who knows the way around the triggers. */
const tamper = (statement: string) =>
  inTransaction(store.owner.db, async (transaction) => {
    await sql`alter table audit_log disable trigger user`.execute(transaction)
    await sql.raw(statement).execute(transaction)
    await sql`alter table audit_log enable trigger user`.execute(transaction)
  })

describe('the audit log', () => {
  it('empty is whole', async () => {
    expect(await verifyAuditChain(store.db)).toEqual({ kind: 'whole', rows: 0n, head: '' })
  })

  it('numbers its rows without gaps and verifies to a head that every row changes', async () => {
    await append(3)
    const before = await verifyAuditChain(store.db)
    expect(before).toMatchObject({ kind: 'whole', rows: 3n, head: expect.stringMatching(/^[0-9a-f]{64}$/) })
    await append(1)
    const after = await verifyAuditChain(store.db)
    expect(after).toMatchObject({ kind: 'whole', rows: 4n })
    expect(after).not.toEqual(before)
    expect((await listAudit(store.db, { limit: 2 })).map(({ seq }) => seq)).toEqual([4n, 3n])
    expect((await listAudit(store.db, { limit: 9, object: 'thing_2' }))[0]).toMatchObject(entry(2))
  })

  it('stays one chain when 64 append at once, some of whom roll back', async () => {
    const add = (n: number) =>
      inTransaction(store.db, async (transaction) => {
        await appendAudit(transaction, entry(n))
        if (n % 4 === 0) throw new Error('rolled back')
      })
    const ends = await Promise.allSettled(Array.from({ length: 64 }, (_, n) => add(n)))
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(16)
    expect(await verifyAuditChain(store.db)).toMatchObject({ kind: 'whole', rows: 48n })
  })

  it('has one row of what is repeated, also by 16 at once, and another one of another thing', async () => {
    await Promise.all(Array.from({ length: 16 }, () => appendAuditOnce(store.db, entry(1))))
    await appendAuditOnce(store.db, entry(2))
    expect((await listAudit(store.db, { limit: 9 })).map(({ object }) => object)).toEqual(['thing_2', 'thing_1'])
  })

  it('reads the same in another time zone of the session', async () => {
    await append(2)
    const head = await verifyAuditChain(store.db)
    const inTokyo = await inTransaction(store.db, async (transaction) => {
      await sql`set local timezone = 'Asia/Tokyo'`.execute(transaction)
      return verifyAuditChain(transaction)
    })
    expect(inTokyo).toEqual(head)
  })

  it.each([
    'update audit_log set actor = actor',
    'delete from audit_log',
    'truncate audit_log',
    `insert into audit_log select 9, at, actor, action, object, request_id, data, prev_hash, hash from audit_log`,
    'alter table audit_log disable trigger user',
    'drop table audit_log'
  ])('refuses the application “%s”', async (statement) => {
    await append(1)
    await expect(sql.raw(statement).execute(store.db)).rejects.toThrow(/permission denied|must be owner/)
  })

  it.each(['update audit_log set actor = actor', 'delete from audit_log', 'truncate audit_log'])(
    'refuses the owner “%s” too',
    async (statement) => {
      await append(1)
      await expect(sql.raw(statement).execute(store.owner.db)).rejects.toThrow()
    }
  )

  it.each([
    ['a changed actor', `update audit_log set actor = 'opr_2' where seq = 2`, { seq: 2n, why: 'hash' }],
    ['a changed detail', `update audit_log set data = '{"n":7}' where seq = 3`, { seq: 3n, why: 'hash' }],
    [
      'a changed time',
      `update audit_log set at = at + interval '1 microsecond' where seq = 1`,
      { seq: 1n, why: 'hash' }
    ],
    ['a removed row', `delete from audit_log where seq = 2`, { seq: 2n, why: 'gap' }],
    [
      'a row rewritten with its own hash',
      `update audit_log set actor = 'opr_2', hash = sha256('x') where seq = 2`,
      { seq: 2n, why: 'hash' }
    ],
    [
      'a row cut out and the rest moved up',
      `delete from audit_log where seq = 2; update audit_log set seq = 2 where seq = 3`,
      { seq: 2n, why: 'previous_hash' }
    ]
  ])('shows %s', async (_, statement, breach) => {
    await append(4)
    await tamper(statement)
    expect(await verifyAuditChain(store.db)).toEqual({ kind: 'broken', ...breach })
  })

  it('cut at its end verifies to another head than the exported one', async () => {
    await append(3)
    const exported = await verifyAuditChain(store.db)
    await tamper('delete from audit_log where seq = 3')
    expect(await verifyAuditChain(store.db)).not.toEqual(exported)
  })

  it('takes objects as data and nothing else', async () => {
    await expect(appendAudit(store.db, { ...entry(1), data: [1] as never })).rejects.toThrow(/audit_log_data_check/)
  })
})
