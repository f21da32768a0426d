import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { insertCustomer } from '../../store/customers.ts'
import { listInbox } from '../../store/notice-inbox.ts'
import { listDueDeliveries } from '../../store/notice-delivery.ts'
import { planNotices } from '../../store/notice-plan.ts'
import { addNotice } from '../../store/notices.ts'
import { putPersonal } from '../../store/personal.ts'
import { newId, openStore, type StoreUnderTest } from './store-under-test.ts'

const migration = (name: string) => readFileSync(new URL(`../../db/migrations/${name}`, import.meta.url), 'utf8')

let store: StoreUnderTest
beforeAll(async () => {
  store = await openStore()
})
afterAll(() => store?.stop())

/** As the tables were before 0037. */
async function setBack(): Promise<void> {
  const [table] = /create table notice \([^;]*;\ncreate index notice_to_send[^;]*;/.exec(migration('0021_service.sql'))!
  await store.owner.pool.query(`
    drop table notice_delivery, notice, notification_preference;
    alter table device drop constraint device_push, drop column push_token, drop column push_index;
    ${table}`)
}

describe('Notices of an older version', () => {
  it('are kept as read, and what nobody was told yet is told once, under the id that it may have been told by', async () => {
    const { db, vault, owner } = store
    const [byMail, byPhone, nowhere] = [newId('cus'), newId('cus'), newId('cus')]
    for (const id of [byMail, byPhone, nowhere]) await insertCustomer(db, { id, zone: 'UTC' })
    await putPersonal(db, vault, byMail, { kind: 'email', value: 'ada@example.org', verified: true })
    await putPersonal(db, vault, byMail, { kind: 'phone', value: '+4917000001', verified: true })
    await putPersonal(db, vault, byPhone, { kind: 'phone', value: '+4917000002', verified: true })
    await putPersonal(db, vault, nowhere, { kind: 'email', value: 'nobody@example.org' })
    await setBack()
    const insert = 'insert into notice (id, customer_id, kind, object_id, done_at) values ($1, $2, $3, $4, $5)'
    const withdrawal = newId('wdr')
    for (const row of [
      ['password_reset:1', byMail, 'password_reset', null, null],
      [`debit:${withdrawal}`, byPhone, 'debit', withdrawal, null],
      ['device_added:1', nowhere, 'device_added', null, null],
      ['device_added:2', byMail, 'device_added', null, new Date()]
    ])
      await owner.pool.query(insert, row)
    await owner.pool.query(migration('0037_notifications.sql'))

    expect(await planNotices(owner.db, 100)).toBe(0)
    const due = await listDueDeliveries(owner.db, 100)
    expect(due.map(({ id, kind, channel, customerId }) => [id, kind, channel, customerId]).sort()).toEqual([
      [`debit:${withdrawal}`, 'withdrawal_sent', 'sms', byPhone],
      ['password_reset:1', 'password_reset', 'email', byMail]
    ])
    const listed = await listInbox(owner.db, { customerId: byMail }, undefined, 10)
    expect(listed.map(({ kind, readAt }) => [kind, readAt === null]).sort()).toEqual([
      ['device_added', false],
      ['password_reset', false]
    ])
    await addNotice(owner.db, byPhone, 'pin_changed')
    expect(await planNotices(owner.db, 100)).toBe(1)
    expect((await listDueDeliveries(owner.db, 100)).map(({ kind }) => kind)).toContain('pin_changed')
  })
})
