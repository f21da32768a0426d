import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { connect, type DatabaseHandle } from '../../db/connect.ts'
import { keyFor, newId, newKey, startApi, type ApiUnderTest } from './api-under-test.ts'

let api: ApiUnderTest
let owner: DatabaseHandle
let finance: string
let support: string
beforeAll(async () => {
  api = await startApi()
  owner = connect({ url: api.ownerUrl, poolMax: 1 })
  finance = await keyFor(api, 'finance')
  support = await keyFor(api, 'support')
})
afterAll(async () => {
  await owner.close()
  await api.stop()
})

const get = (path: string, by = support) => api.http.get(`/v1${path}`).set('Authorization', by)
const bulk = (more: object, key = newKey()) =>
  api.http
    .post('/v1/tasks/bulk')
    .set({ Authorization: finance, 'Idempotency-Key': key })
    .send({
      action: 'retry',
      filter: {
        kind: 'unknown_bank_instruction',
        bank: 'a',
        from: '2026-01-31T10:00:00Z',
        to: '2026-01-31T10:20:00Z'
      },
      reason: 'bank A was away',
      ...more
    })

/** That many top-ups of which bank A has said nothing, sent one after the other from ten o'clock on. */
async function unanswered(from: number, to: number): Promise<void> {
  await owner.pool.query(
    `with made as (
       select 'top_' || lpad(to_hex(g), 32, '0') as id, g from generate_series($1::integer, $2::integer) g
     ), processes as (
       insert into process (id, kind, state, open, version, "order", created_at, updated_at)
         select id, 'top-up', 'processing', true, 1, '{}', now(), now() from made
     )
     insert into top_up (id, customer_id, wallet_id, bank_account_id, bank, currency, amount, metadata, sent_at, created_at)
       select id, 'cus', 'wal', 'ban', 'a', 'USD', 100, '{}', timestamptz '2026-01-31 10:00Z' + g * interval '1 millisecond', now()
         from made`,
    [from, to]
  )
}

describe('a decision about many', () => {
  it('is about ten thousand at most, and says so before anything is stored', async () => {
    await unanswered(1, 10_000)
    const most = await bulk({ dry_run: true })
    expect(most.body).toMatchObject({ id: null, matched: 10_000 })
    await unanswered(10_001, 10_001)
    for (const dry_run of [true, false]) {
      const refused = await bulk({ dry_run })
      expect([refused.status, refused.body.code]).toEqual([400, 'invalid_request'])
      expect(refused.body.errors).toMatchObject([{ pointer: '/filter' }])
    }
    expect(await api.deps.db.selectFrom('bulk_decision').select('id').execute()).toEqual([])
  })

  it('keeps what it matched when it was made, and stands though nobody could be told', async () => {
    const filter = {
      kind: 'unknown_bank_instruction',
      bank: 'a',
      from: '2026-01-31T10:00:00.001Z',
      to: '2026-01-31T10:00:00.004Z'
    }
    const made = await bulk({ filter })
    expect([made.status, made.body.matched, made.body.waiting, made.body.state]).toEqual([201, 3, 3, 'processing'])
    const read = await get(`/bulk-decisions/${made.body.id}`)
    expect(read.body).toMatchObject({ id: made.body.id, filter, reason: 'bank A was away', failed_items: [] })
  })

  it.each([
    ['without a bank', { filter: { kind: 'unknown_bank_instruction' } }],
    ['of a kind of task that no bank is asked about', { filter: { kind: 'kyc_review', bank: 'a' } }],
    ['that gives up', { action: 'write-off' }],
    ['that names who it is given to, and is not', { assign_to: newId('opr') }]
  ])('%s is refused', async (_, body) => {
    const { status, body: problem } = await bulk(body)
    expect([status, problem.code]).toEqual([400, 'invalid_request'])
  })
})

describe('the queue', () => {
  it('is read page by page in the order in which it is due; what waits for somebody else comes last', async () => {
    const ids = [1, 2, 3, 4].map(() => newId('tsk'))
    const due = ['2026-03-02', '2026-03-01', null, '2026-03-01']
    for (const [index, id] of ids.entries())
      await owner.pool.query(
        `insert into task (id, process_id, kind, data, created_at, due_at) values ($1, 'top_' || lpad('1', 32, '0'), 'kyc_review', '{}', now(), $2)`,
        [id, due[index]]
      )
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await get(`/tasks?limit=1&kind=kyc_review${cursor}`)
      seen.push(...body.data.map(({ id }: { id: string }) => id))
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`
    } while (cursor !== '')
    expect(seen).toEqual([...[ids[1], ids[3]].sort(), ids[0], ids[2]])
    const { body } = await get('/tasks?kind=kyc_review&overdue=true&process_kind=top-up&assigned_to=nobody')
    expect(body.data).toHaveLength(3)
    expect((await get('/reviews/summary')).body).toMatchObject({
      open: 4,
      overdue: 3,
      unassigned: 4,
      by_kind: [{ object: 'task', kind: 'kyc_review', process_kind: 'top-up', open: 4, overdue: 3 }]
    })
  })

  it.each(['assigned_to=somebody', 'overdue=maybe', 'state=lost', 'cursor=e30'])(
    'asked for %s says that there is no such thing',
    async (query) => {
      const { status, body } = await get(`/tasks?${query}`)
      expect([status, body.code]).toEqual([400, 'invalid_request'])
    }
  )
})
