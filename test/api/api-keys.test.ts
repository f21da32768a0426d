import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { listAudit } from '../../store/audit.ts'
import { bearer, keyFor, newId, newKey, startApi, type ApiUnderTest } from './api-under-test.ts'

let api: ApiUnderTest
let admin: string
beforeAll(async () => {
  api = await startApi()
  admin = await keyFor(api, 'admin')
})
afterAll(() => api.stop())

const post = (path: string, body: object = {}, key = newKey()) =>
  api.http.post(`/v1/api-keys${path}`).set({ Authorization: admin, 'Idempotency-Key': key }).send(body)
const policies = async (secret: string) =>
  (await api.http.get('/v1/policies').set('Authorization', bearer(secret))).status

describe('an API key', () => {
  it('of each role says it in its text, works at once, and is told only once', async () => {
    for (const holder of [
      { role: 'service', name: 'shop-backend' },
      { role: 'merchant', merchant_id: newId('mer') },
      { role: 'support', name: `support-${newKey()}` }
    ]) {
      const { status, body } = await post('', holder)
      expect(status).toBe(201)
      expect(body.secret).toMatch(new RegExp(`^cof_${holder.role}_[0-9a-f]{64}$`))
      expect(await policies(body.secret)).toBe(403)
      const { body: read } = await api.http.get(`/v1/api-keys/${body.id}`).set('Authorization', admin)
      expect(read).toEqual({ ...body, secret: undefined })
    }
  })

  it('is kept as a hash only', async () => {
    const { body } = await post('', { role: 'service', name: 'hashes' })
    const { rows } = await sql<{ row: string }>`
      select to_jsonb(api_key)::text as row from api_key union all select to_jsonb(stored_reply)::text from stored_reply`.execute(
      api.deps.db
    )
    const random = body.secret.split('_')[2]
    expect(rows.some(({ row }) => row.includes(random) || row.includes(Buffer.from(body.secret).toString('hex')))).toBe(
      false
    )
  })

  it('made again under the same Idempotency-Key is the same key: a lost reply is no lost key', async () => {
    const key = newKey()
    const body = { role: 'service', name: 'retries' }
    expect((await post('', body, key)).body.secret).toBe((await post('', body, key)).body.secret)
  })

  it('revoked is refused from the next request on', async () => {
    const { body } = await post('', { role: 'admin', name: `admin-${newKey()}` })
    expect(await policies(body.secret)).toBe(200)
    expect((await post(`/${body.id}/revoke`)).body.expires_at).not.toBeNull()
    expect(await policies(body.secret)).toBe(401)
    expect((await post(`/${body.id}/rotate`)).body.code).toBe('state_conflict')
  })

  it('rotated is replaced by one of the same holder; the old one ends at once, or after the overlap', async () => {
    const { body: old } = await post('', { role: 'admin', name: `admin-${newKey()}`, scopes: ['policies:read'] })
    const { body: next } = await post(`/${old.id}/rotate`)
    expect(next).toMatchObject({ role: 'admin', operator_id: old.operator_id, scopes: ['policies:read'] })
    expect([await policies(old.secret), await policies(next.secret)]).toEqual([401, 200])
    const { body: last } = await post(`/${next.id}/rotate`, { overlap_ms: 60_000 })
    expect([await policies(next.secret), await policies(last.secret)]).toEqual([200, 200])
  })

  it('does only what its scopes cover', async () => {
    const status = async (scopes: string[]) =>
      (await api.http.get('/v1/policies').set('Authorization', await keyFor(api, 'admin', scopes))).status
    expect(await status(['policies:read'])).toBe(200)
    expect(await status(['policies:*'])).toBe(200)
    expect(await status(['policies:write', 'api-keys:*'])).toBe(403)
  })

  it('for a known operator must be of that operator’s role', async () => {
    const { body: first } = await post('', { role: 'finance', name: `finance-${newKey()}` })
    const second = await post('', { role: 'finance', operator_id: first.operator_id })
    expect(second.body.operator_id).toBe(first.operator_id)
    const other = await post('', { role: 'reviewer', operator_id: first.operator_id })
    expect([other.status, other.body.errors[0].pointer]).toEqual([400, '/operator_id'])
    expect((await post('', { role: 'reviewer', operator_id: newId('opr') })).status).toBe(400)
  })

  it('for a new operator whose name is taken is 409', async () => {
    const name = `support-${newKey()}`
    expect((await post('', { role: 'support', name })).status).toBe(201)
    expect((await post('', { role: 'support', name })).body).toMatchObject({ code: 'state_conflict', field: 'name' })
  })

  it.each(['cof_admin_', `cof_admin_${'0'.repeat(64)}`, 'cof_', 'x'.repeat(3000), 'Basic abc'])(
    '%s that nobody was given is refused',
    async (secret) => {
      expect(await policies(secret)).toBe(401)
    }
  )

  it('leaves in the audit log who made, rotated and revoked it', async () => {
    const { body } = await post('', { role: 'service', name: 'audited' })
    await post(`/${body.id}/rotate`, { overlap_ms: 60_000 })
    await post(`/${body.id}/revoke`)
    const rows = await listAudit(api.deps.db, { limit: 9, object: body.id })
    expect(rows.map(({ action }) => action)).toEqual(['api_key.revoked', 'api_key.rotated', 'api_key.made'])
    expect(rows.every(({ actor }) => actor.startsWith('opr_'))).toBe(true)
    expect(JSON.stringify(rows.map(({ data }) => data))).not.toContain('cof_')
  })

  it('is listed newest first, page by page, each once', async () => {
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`
      const { body } = await api.http.get(`/v1/api-keys?limit=3${query}`).set('Authorization', admin)
      expect(body.data.length).toBeLessThanOrEqual(3)
      expect(body.has_more).toBe(body.next_cursor !== null)
      seen.push(...body.data.map(({ id }: { id: string }) => id))
      cursor = body.next_cursor
    } while (cursor !== null)
    const rows = await api.deps.db.selectFrom('api_key').select('id').execute()
    expect([...seen].sort()).toEqual(rows.map(({ id }) => id).sort())
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('guessed too often from one address is answered 429', async () => {
    const strict = await startApi({ policyOver: { access: { unauthenticated_per_address: { max: 5 } } } })
    try {
      const guess = () => strict.http.get('/v1/policies').set('Authorization', bearer(`cof_admin_${newKey()}`))
      const answers = await Promise.all(Array.from({ length: 20 }, guess))
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(5)
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(15)
      const good = await keyFor(strict, 'admin')
      expect((await strict.http.get('/v1/policies').set('Authorization', good)).status).toBe(200)
    } finally {
      await strict.stop()
    }
  })
})
