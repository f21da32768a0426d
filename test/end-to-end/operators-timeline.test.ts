import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { createVault, type Vault } from '../../store/vault.ts'
import { apply, give, kycOf, registerApplicant, untilState } from '../support/applicants.ts'
import {
  idOf,
  knownCustomer,
  link,
  newIban,
  untilAccount,
  untilDue,
  untilRecovered,
  type KnownCustomer
} from '../support/bank-links.ts'
import { waitUntil } from '../../local/wait-until.ts'
import type { Answered, Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { insist } from '../support/insist.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { impatient, usd } from '../support/top-ups.ts'

const HOUR_MS = 3_600_000
const masterKey = randomBytes(32)

let coffer: Coffer
let vault: Vault
let known: KnownCustomer
beforeAll(async () => {
  coffer = await startCoffer({ masterKey, policy: impatient })
  vault = createVault(masterKey)
  known = await knownCustomer(coffer, vault)
  await fundFromCapital(coffer, 'customer-a', 100_000n)
})
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

interface Entry {
  readonly at: string
  readonly type: string
  readonly object: string
  readonly id: string
  readonly state?: string
  readonly by?: string
  readonly run?: { readonly workflow_id: string }
}
const entriesOf = ({ body }: Answered) => body['data'] as Entry[]
const timeline = async (customerId: string, query = '', by: Client = coffer.support) =>
  entriesOf(await by.get(`/v1/customers/${customerId}/timeline?limit=100${query}`))

describe('A customer’s timeline', () => {
  it('has what happened over all records, newest first, with the runs, and who did it', async () => {
    const { client, customerId } = known
    const account = idOf(await link(client, newIban()))
    await untilAccount(client, account, 'linked')
    const wallet = idOf(await client.post('/v1/wallets', { currency: 'USD' }))
    const topUp = await client.post('/v1/top-ups', {
      wallet_id: wallet,
      bank_account_id: account,
      amount: usd(5_000)
    })
    await client.until(`/v1/top-ups/${idOf(topUp)}`, ({ state }) => state === 'succeeded')
    await coffer.support.post(`/v1/wallets/${wallet}/freeze`, { reason: 'a call' })
    const all = await timeline(customerId)
    const instants = all.map(({ at }) => Date.parse(at))
    expect(instants).toEqual([...instants].sort((a, b) => b - a))
    const types = all.map(({ type }) => type)
    for (const type of [
      'customer.registered',
      'verification.confirmed',
      'session.opened',
      'onboarding.collecting',
      'onboarding.submit',
      'onboarding.approved',
      'bank_link.linked',
      'wallet.opened',
      'top_up.processing',
      'top_up.sent',
      'top_up.succeeded',
      'wallet.frozen'
    ])
      expect(types).toContain(type)
    expect(all[0]).toMatchObject({
      type: 'wallet.frozen',
      object: 'wallet',
      id: wallet,
      by: expect.stringMatching(/^opr_/)
    })
    expect(all.find(({ type }) => type === 'top_up.succeeded')).toMatchObject({
      object: 'top_up',
      id: idOf(topUp),
      state: 'succeeded',
      record: `/v1/top-ups/${idOf(topUp)}`,
      run: { workflow_id: `top-up/${idOf(topUp)}` }
    })
    expect(all.find(({ type }) => type === 'top_up.processing')).toMatchObject({ by: customerId })
    expect(JSON.stringify(all)).not.toContain(known.name)
    expect(JSON.stringify(all)).not.toContain(known.email)
  })

  it('is read page by page, each entry once, and by type and time', async () => {
    const { customerId } = known
    const all = await timeline(customerId)
    const paged: Entry[] = []
    let cursor = ''
    do {
      const page = await coffer.support.get(`/v1/customers/${customerId}/timeline?limit=3${cursor}`)
      paged.push(...entriesOf(page))
      cursor = page.body['next_cursor'] === null ? '' : `&cursor=${String(page.body['next_cursor'])}`
    } while (cursor !== '')
    expect(paged).toEqual(all)
    const linked = await timeline(customerId, '&type=bank_link.linked')
    expect(linked.map(({ type }) => type)).toEqual(['bank_link.linked'])
    const topUps = await timeline(customerId, '&type=top_up')
    expect(topUps).toEqual(all.filter(({ type }) => type.startsWith('top_up.')))
    const { at } = topUps[1]!
    expect(await timeline(customerId, `&to=${at}`)).toEqual(all.filter((entry) => entry.at < at))
    expect(await timeline(customerId, `&from=${at}`)).toEqual(all.filter((entry) => entry.at >= at))
    const asked = await coffer.support.get(`/v1/customers/${customerId}/timeline?type=Top-Up`)
    expect([asked.status, asked.body['code']]).toEqual([400, 'invalid_request'])
  })

  it('is theirs alone, and reading it is audited but no part of it', async () => {
    const { customerId } = known
    const reads = async () =>
      entriesOf(await coffer.admin.get(`/v1/audit-log?action=timeline.read&object=${customerId}&limit=100`)).length
    const [before, count] = [await timeline(customerId), await reads()]
    expect(await timeline(customerId, '', coffer.finance)).toEqual(before)
    expect(await reads()).toBe(count + 1)
    const other = await timeline(coffer.customer('customer-a').id)
    const ids = new Set(before.map(({ id }) => id))
    expect(other.filter(({ id }) => ids.has(id))).toEqual([])
    expect((await coffer.support.get(`/v1/customers/cus_${'0'.repeat(32)}/timeline`)).status).toBe(404)
  })
})

describe('An application that a reviewer has to look at', () => {
  it('has one clock, its run’s: reminded and escalated once, stopped while the customer is asked, and begun anew', async () => {
    const reviewer = coffer.as(coffer.seeded.keys.reviewer)
    const { client } = await registerApplicant(coffer, vault)
    const id = idOf(await apply(client))
    await give(client, id, kycOf(`Doubtful ${randomBytes(6).toString('hex').replaceAll(/[0-9]/g, 'x')}`))
    await untilState(client, id, 'in_review')
    const task = async () => entriesOf(await reviewer.get(`/v1/tasks?process_id=${id}`))[0] as unknown as object
    const events = async () => {
      const { body } = await client.get(`/v1/onboardings/${id}`)
      return (body['timeline'] as Entry[]).map(({ type }) => type).filter((type) => /_(due|escalated)$/.test(type))
    }
    const times = (n: number) => client.until(`/v1/onboardings/${id}`, ({ timeline }) => told(timeline) === n)
    expect(await task()).toMatchObject({ process_kind: 'onboarding', due_at: expect.any(String), reminded_at: null })
    await coffer.advanceClock(12 * HOUR_MS)
    await times(1)
    expect(await task()).toMatchObject({ reminded_at: expect.any(String), escalated_at: null, overdue: false })
    await coffer.advanceClock(12 * HOUR_MS)
    await times(2)
    expect(await task()).toMatchObject({ escalated_at: expect.any(String), escalated_to: 'admin', overdue: true })
    expect(await events()).toEqual(['onboarding.review_due', 'onboarding.review_escalated'])

    await reviewer.post(`/v1/onboardings/${id}/ask`, { reason: 'blurred', items: ['proof_of_address'] })
    expect(await task()).toMatchObject({ due_at: null, overdue: false })
    await give(client, id, { proof_of_address_sha256: 'b'.repeat(64) })
    await untilState(client, id, 'in_review')
    expect(await task()).toMatchObject({ due_at: expect.any(String), reminded_at: null, escalated_at: null })
    await reviewer.post(`/v1/onboardings/${id}/reject`, { reason: 'still blurred' })
    expect(await task()).toMatchObject({ state: 'done' })
  })
})

const told = (timeline: unknown): number =>
  (timeline as Entry[]).filter(({ type }) => /_(due|escalated)$/.test(type)).length

describe('Micro-deposits that a bank has not answered', () => {
  it('are among the unknowns that are asked about in bulk, and so is the pull that brings them back', async () => {
    const { client } = known
    const retry = async () => {
      const { rows } = await coffer.pool.query<{ to: Date }>(`select business_now() + interval '1 second' as to`)
      const filter = { kind: 'unknown_bank_instruction', bank: 'a', from: '2026-01-01T00:00:00Z', to: rows[0]!.to }
      return coffer.finance.post('/v1/tasks/bulk', { action: 'retry', filter, reason: 'bank A was away' })
    }
    const silent = async (operation: string) => {
      await coffer.sandbox.addRule({ match: { operation }, outcome: 'error', booked: true })
      await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
    }
    await silent('push')
    const iban = newIban()
    const id = idOf(await link(client, iban, 'micro_deposits'))
    const sent = () =>
      coffer.sandbox.journal('a').then(({ lines }) => lines.filter(({ reference }) => reference.startsWith(id)))
    await untilNudged(retry, id)
    await coffer.sandbox.clearRules()
    await retry()
    await untilDue(client, id, 'verify_amounts')

    await silent('pull')
    const amounts = (await sent()).map(({ amount }) => amount)
    await insist(() => client.post(`/v1/bank-accounts/${id}/verify`, { amounts }, 'verify'))
    await untilNudged(retry, id.replace('ban_', 'mdr_'))
    await coffer.sandbox.clearRules()
    await retry()
    await untilRecovered(coffer, id, 'succeeded')
  })
})

/** Decided about, as soon as it was sent. */
async function untilNudged(retry: () => Promise<Answered>, processId: string): Promise<void> {
  const isNudged = async () => {
    const { body } = await retry()
    await coffer.finance.until(`/v1/bulk-decisions/${String(body['id'])}`, ({ state }) => state === 'completed')
    const items = coffer.db.selectFrom('bulk_decision_item').select('outcome').where('item_id', '=', processId)
    return (await items.execute()).some(({ outcome }) => outcome === 'nudged')
  }
  await waitUntil(isNudged, { limitMs: 30_000, otherwise: `${processId} was not matched` })
}

describe('A kill switch', () => {
  const bankOrder = (things: string) => (bank: 'a' | 'b', dry_run: boolean) => {
    const { wallet_id, bank_account_id } = coffer.customer(bank === 'a' ? 'customer-a' : 'customer-b')
    return coffer.service.post(`/v1/${things}`, { wallet_id, bank_account_id, amount: usd(500), dry_run })
  }
  const payment = (_: string, dry_run: boolean) => {
    const { wallet_id } = coffer.customer('customer-a')
    const { merchant_id } = coffer.seeded.seed
    return coffer.service.post('/v1/payments', { wallet_id, merchant_id, amount: usd(500), dry_run })
  }
  const turn = (process: string, rail: string | undefined, on: boolean, reason?: string) =>
    coffer.admin.put('/v1/policies/kill-switches', { process, ...(rail && { rail }), on, ...(reason && { reason }) })
  const isStopped = ({ body }: Answered) => body['decline_code'] === 'rail_suspended'

  it.each([
    ['top-up', 'bank_a', bankOrder('top-ups')],
    ['top-up', 'bank_b', bankOrder('top-ups')],
    ['withdrawal', 'bank_a', bankOrder('withdrawals')],
    ['withdrawal', 'bank_b', bankOrder('withdrawals')],
    ['payment', 'balance', payment]
  ])('of every %s, or of those on %s alone, stops new orders until it is turned back', async (process, rail, order) => {
    const [here, there] = rail === 'bank_b' ? (['b', 'a'] as const) : (['a', 'b'] as const)
    expect(isStopped(await order(here, true))).toBe(false)
    await turn(process, rail, true)
    expect(isStopped(await order(here, true))).toBe(true)
    expect((await order(here, false)).body).toMatchObject({ state: 'declined', decline_code: 'rail_suspended' })
    if (process !== 'payment') expect(isStopped(await order(there, true))).toBe(false)
    await turn(process, rail, false)
    await turn(process, undefined, true)
    for (const bank of [here, there]) expect(isStopped(await order(bank, true))).toBe(true)
    await turn(process, undefined, false)
    expect(isStopped(await order(here, true))).toBe(false)
  })

  it.each(['bank_a', 'bank_b'])('of bank links at %s stops those, and no others', async (rail) => {
    const [here, there] = rail === 'bank_a' ? (['a', 'b'] as const) : (['b', 'a'] as const)
    await turn('bank-link', rail, true)
    expect(isStopped(await link(known.client, newIban(here)))).toBe(true)
    expect(isStopped(await link(known.client, newIban(there, '93')))).toBe(false)
    await turn('bank-link', rail, false)
  })

  it('is listed with who turned it, when and why', async () => {
    await turn('top-up', 'bank_b', true, 'bank B announced an outage')
    const listed = entriesOf(await coffer.support.get('/v1/policies/kill-switches')) as unknown as object[]
    expect(listed).toContainEqual({
      object: 'kill_switch',
      process: 'top-up',
      rail: 'bank_b',
      on: true,
      reason: 'bank B announced an outage',
      changed_by: expect.stringMatching(/^opr_/),
      changed_at: expect.any(String)
    })
    await turn('top-up', 'bank_b', false)
    const log = entriesOf(await coffer.admin.get('/v1/audit-log?action=kill_switch.changed&limit=2'))
    expect(log).toMatchObject([
      { on: 'top-up/bank_b', data: { on: false } },
      { on: 'top-up/bank_b', data: { on: true, reason: 'bank B announced an outage' } }
    ])
  })
})
