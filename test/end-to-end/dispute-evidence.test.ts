import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { DAY_MS, dispute, file, paid, readDispute, reviewers, submit, untilEvent } from '../support/disputes.ts'
import { told } from '../support/inbox.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { historyOf, idOf } from '../support/top-ups.ts'

const SECRET = 'I was in hospital in Sankt Augustin'
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

let coffer: Coffer
let id = ''
let payment = ''
beforeAll(async () => {
  coffer = await startCoffer()
  await coffer.fund('bench', 100_000)
  await coffer.fund('customer-a', 50_000)
  payment = await paid(coffer, 'bench', 10_000)
  id = idOf(await dispute(coffer, payment, 'fraud', { narrative: SECRET }))
})
afterAll(() => coffer.stop())

const upload = (by: Client, body: object, key?: string) => by.post(`/v1/disputes/${id}/evidence-files`, body, key)
const evidence = async (by: Client) => (await by.get(`/v1/disputes/${id}/evidence`)).body
const bytes = async (token: string, sha256: string) => {
  const response = await fetch(`${coffer.api.url}/v1/disputes/${id}/evidence-files/${sha256}`, {
    headers: { authorization: `Bearer ${token}` }
  })
  return { status: response.status, content: Buffer.from(await response.arrayBuffer()) }
}

describe('Evidence', () => {
  it('is taken whole and as what it is, up to 1 MiB a file, and the same file twice is one', async () => {
    const note = file('Signed for on 3 May.')
    const uploaded = await upload(coffer.merchant, note)
    expect(uploaded).toMatchObject({ status: 201, body: { sha256: note.sha256, size: 20, media_type: 'text/plain' } })
    expect(await upload(coffer.merchant, note)).toMatchObject({ status: 201, body: { sha256: note.sha256 } })

    const damaged = { ...note, sha256: '0'.repeat(64) }
    expect(await upload(coffer.merchant, damaged)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/sha256' }] }
    })
    const disguised = file('MZ', { media_type: 'application/pdf' })
    expect(await upload(coffer.merchant, disguised)).toMatchObject({ body: { errors: [{ pointer: '/media_type' }] } })
    const script = file('<script>', { media_type: 'text/html' })
    expect(await upload(coffer.merchant, script)).toMatchObject({ body: { errors: [{ pointer: '/media_type' }] } })
    expect(await upload(coffer.merchant, file(Buffer.alloc(1_048_577, 65)))).toMatchObject({ status: 413 })
    const large = file(Buffer.concat([PNG, Buffer.alloc(1_048_576 - PNG.length, 7)]), { media_type: 'image/png' })
    expect(await upload(coffer.service, large)).toMatchObject({ status: 201, body: { size: 1_048_576 } })
  })

  it('is shown to both parties and to reviewers once it is submitted, and to nobody else', async () => {
    const { sha256 } = file('Signed for on 3 May.')
    expect((await bytes(coffer.seeded.keys.service, sha256)).status).toBe(404)
    const unknown = await submit(coffer.service, id, { files: [sha256] })
    expect(unknown).toMatchObject({ status: 400, body: { errors: [{ pointer: '/files/0' }] } })
    const answered = await submit(coffer.merchant, id, { files: [sha256], text: 'See the note.\nIt is signed.' })
    expect(answered).toMatchObject({ status: 200, body: { state: 'under_review' } })

    const shown = {
      narrative: SECRET,
      data: [
        { party: 'merchant', text: 'See the note.\nIt is signed.', files: [{ sha256, name: 'note.txt', size: 20 }] }
      ]
    }
    const [reviewer] = reviewers(coffer)
    for (const reader of [coffer.service, coffer.merchant, reviewer])
      expect(await evidence(reader)).toMatchObject(shown)
    expect((await bytes(coffer.seeded.keys.reviewer, sha256)).content.toString()).toBe('Signed for on 3 May.')
    const stranger = await coffer.asCustomer('customer-a')
    expect(await evidence(stranger)).toMatchObject({ code: 'not_found' })
    expect(await evidence(coffer.finance)).toMatchObject({ code: 'forbidden' })
    const read = await coffer.pool.query(`select from audit_log where action = 'dispute.read' and object = $1`, [id])
    expect(read.rowCount).toBe(2)
  })

  it('is amended by either party until it is due, in the order in which it came, and not after', async () => {
    const key = randomUUID()
    const more = { text: 'My card was in the drawer.' }
    const path = `/v1/disputes/${id}/submit-evidence`
    const amended = await coffer.service.post(path, more, key)
    expect(amended.body['evidence']).toMatchObject([{ party: 'merchant' }, { party: 'customer', has_text: true }])
    expect((await coffer.service.post(path, more, key)).body['evidence']).toHaveLength(2)
    await coffer.advanceClock(10 * DAY_MS)
    expect(await submit(coffer.merchant, id, { text: 'One more thing.' })).toMatchObject({ status: 409 })
    expect(await upload(coffer.merchant, file('One more thing.'))).toMatchObject({ status: 409 })
  })

  it('and what the parties write stand sealed, and in no event, decision or run', async () => {
    const { rows } = await coffer.pool.query<{ places: string }>(
      `select concat((select string_agg(data::text, '') from event), (select string_agg(data::text, '') from decision),
         (select string_agg("order"::text, '') from process), (select string_agg(d::text, '') from dispute d),
         (select string_agg(s::text, '') from dispute_statement s), (select string_agg(f::text, '') from dispute_file f)) as places`
    )
    const hex = (text: string) => Buffer.from(text).toString('hex')
    for (const text of [SECRET, 'note.txt', 'drawer']) {
      expect(rows[0]!.places).not.toContain(text)
      expect(rows[0]!.places).not.toContain(hex(text))
    }
  })
})

describe('A payment that was not the customer’s', () => {
  it('is disputed, and nothing leaves their wallets any more, and no session of theirs goes on', async () => {
    const customer = await coffer.asCustomer('customer-a')
    const mine = await paid(coffer, 'customer-a', 2_000)
    const order = { payment_id: mine, reason: 'unauthorized', narrative: 'It was not me.' }
    const opened = await customer.post('/v1/disputes', order)
    expect(opened).toMatchObject({ status: 201, body: { state: 'needs_response' } })
    expect((await customer.get(`/v1/disputes/${idOf(opened)}`)).status).toBe(401)
    const wallet = `/v1/wallets/${coffer.customer('customer-a').wallet_id}`
    expect((await coffer.service.get(wallet)).body).toMatchObject({ state: 'frozen' })
    const tasks = await coffer.finance.get(`/v1/tasks?kind=unauthorized_debit&process_id=${mine}`)
    expect(tasks.body['data']).toMatchObject([{ state: 'open' }])

    // Below 50 USD: credited at once, into a wallet that takes what comes in.
    await untilEvent(coffer, idOf(opened), 'dispute.credited')
    const thawed = await reviewers(coffer)[0].post(`${wallet}/thaw`, {
      reason: 'the customer was here with a passport'
    })
    expect(thawed).toMatchObject({ status: 200, body: { state: 'active' } })
    await coffer.merchant.post(`/v1/disputes/${idOf(opened)}/accept`)
    expect(historyOf(await readDispute(coffer, idOf(opened)))).toEqual([
      'dispute.needs_response',
      'dispute.credited',
      'dispute.accepted'
    ])
  })

  it('is told to the customer: that it was opened, credited and decided', async () => {
    const { email } = coffer.customer('customer-a')
    for (const subject of [/^We have your dispute$/, /^A provisional credit$/, /^Your dispute was decided for you$/])
      await told(coffer, email, subject)
  })

  it('leaves everything settled', async () => {
    await coffer.service.post(`/v1/disputes/${id}/withdraw`)
    await expectEverythingSettled(coffer)
  })
})
