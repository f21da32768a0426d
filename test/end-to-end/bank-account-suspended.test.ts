import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { idOf, link, untilAccount } from '../support/bank-links.ts'
import { paid, payByBank } from '../support/bank-payments.ts'
import { pay, resumeAccount, returnOf, takeBack, toppedUp } from '../support/bank-returns.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { told as toldAt } from '../support/inbox.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { ended, expectState, impatient, topUp, usd, waiting } from '../support/top-ups.ts'
import { confirm, walletOf, withdraw, withdrawn } from '../support/withdrawals.ts'

let coffer: Coffer
beforeAll(async () => void (coffer = await startCoffer({ policy: impatient, bankBDelayMs: 50 })))
afterEach(async () => {
  await coffer.sandbox.clearRules()
  await expectEverythingSettled(coffer)
})
afterAll(() => coffer?.stop())

type Login = 'customer-a' | 'customer-b' | 'bench'

const pathOf = (login: Login) => `/v1/bank-accounts/${coffer.customer(login).bank_account_id}`
const accountOf = async (login: Login) => (await (await coffer.asCustomer(login)).get(pathOf(login))).body
const suspend = (login: Login, by = coffer.support, more: object = {}) =>
  by.post(`${pathOf(login)}/suspend`, { reason: 'a call about it', ...more })
const answered = ({ status, body }: Answered) => [status, body['decline_code'] ?? body['code'] ?? body['state']]
const declined = [201, 'bank_account_suspended']

const told = (login: Login, subject: RegExp) => toldAt(coffer, coffer.customer(login).email, subject)

describe('A bank account that a return has suspended', () => {
  it('moves nothing any more, says so to its owner, and is used again when finance has proof', async () => {
    await coffer.fund('customer-a', 20_000)
    const id = await toppedUp(coffer, 'customer-a', 3_000)
    await takeBack(coffer, id, { reason: 'account_closed' })
    const { bank_account_id } = coffer.customer('customer-a')
    expect((await returnOf(coffer, id)).body).toMatchObject({ suspended_bank_account_id: bank_account_id })
    const account = await accountOf('customer-a')
    expect(account).toMatchObject({ state: 'suspended', suspension: { by: 'bank', code: 'account_closed' } })
    expect(answered(await topUp(coffer, 'customer-a', 1_000))).toEqual(declined)
    expect(answered(await withdraw(coffer, 'customer-a', 1_000))).toEqual(declined)
    expect(answered(await payByBank(coffer, 'customer-a', 1_000))).toEqual(declined)
    expect((await topUp(coffer, 'customer-a', 1_000, { dry_run: true })).body).toMatchObject({
      decline_code: 'bank_account_suspended'
    })
    expect((await pay(coffer, 'customer-a', 1_000)).body['state']).toBe('succeeded')
    await told('customer-a', /^A bank account of yours is suspended$/)
    expect(answered(await suspend('customer-a'))).toEqual([409, 'state_conflict'])
    const unproved = await coffer.finance.post(`${pathOf('customer-a')}/resume`, { reason: 'they rang' })
    expect(unproved).toMatchObject({ status: 400, body: { errors: [{ pointer: '/proof' }] } })
    expect(answered(await resumeAccount(coffer, 'customer-a'))).toEqual([200, 'linked'])
    expect(await accountOf('customer-a')).not.toHaveProperty('suspension')
    expectState(await ended(coffer, String((await topUp(coffer, 'customer-a', 1_000)).body['id'])), 'succeeded')
    await told('customer-a', /^Your bank account can be used again$/)
  })

  it.each([
    ['a payment', 'unauthorized', 'suspended'],
    ['a withdrawal', 'account_closed', 'suspended'],
    ['a withdrawal', 'unauthorized', 'linked'],
    ['a top-up', 'insufficient_funds', 'linked']
  ])('was %s’s that came back as %s: otherwise it is as before', async (what, reason, state) => {
    await toppedUp(coffer, 'bench', 5_000)
    const paidBy = async () => paid(coffer, String((await payByBank(coffer, 'bench', 1_000)).body['id']))
    const sent = async () => withdrawn(coffer, String((await withdraw(coffer, 'bench', 1_000)).body['id']))
    const made: Record<string, () => Promise<string>> = {
      'a payment': async () => String((await paidBy()).body['id']),
      'a withdrawal': async () => String((await sent()).body['id']),
      'a top-up': () => toppedUp(coffer, 'bench', 1_000)
    }
    const id = await made[what]!()
    await takeBack(coffer, id, { reason })
    const { body } = await returnOf(coffer, id)
    expect((await accountOf('bench'))['state']).toBe(state)
    expect(body['suspended_bank_account_id'] !== undefined).toBe(state === 'suspended')
    if (state === 'suspended') await resumeAccount(coffer, 'bench')
  })

  it('by an operator is the bank’s from then on, and takes proof as well', async () => {
    const id = await toppedUp(coffer, 'bench', 1_000)
    expect((await suspend('bench')).body).toMatchObject({ suspension: { by: 'operator', code: 'under_review' } })
    await takeBack(coffer, id, { reason: 'unauthorized' })
    await returnOf(coffer, id)
    expect(await accountOf('bench')).toMatchObject({ suspension: { by: 'bank', code: 'unauthorized' } })
    const unproved = await coffer.finance.post(`${pathOf('bench')}/resume`, { reason: 'they rang' })
    expect(unproved.status).toBe(400)
    await resumeAccount(coffer, 'bench')
  })
})

describe('A bank account that an operator has suspended', () => {
  it('goes on with what was sent, and stops what was waiting for the customer; both stand in the audit log', async () => {
    await coffer.fund('bench', 5_000)
    const sent = String((await topUp(coffer, 'customer-a', 1_003)).body['id'])
    await waiting(coffer, sent)
    const unconfirmed = String((await withdraw(coffer, 'customer-a', 1_000)).body['id'])
    expect((await suspend('customer-a', coffer.support, { code: 'unauthorized' })).body).toMatchObject({
      state: 'suspended',
      suspension: { by: 'operator', code: 'unauthorized' }
    })
    await confirm(coffer, 'customer-a', unconfirmed)
    expectState(await withdrawn(coffer, unconfirmed), 'declined', 'bank_account_suspended')
    const before = (await walletOf(coffer, 'customer-a')).available
    await coffer.advanceClock(60_000)
    expectState(await ended(coffer, sent), 'succeeded')
    expect((await walletOf(coffer, 'customer-a')).available - before).toBe(1_003)
    expect(answered(await coffer.support.post(`${pathOf('customer-a')}/resume`, { reason: 'seen' }))[0]).toBe(403)
    const lifted = await coffer.finance.post(`${pathOf('customer-a')}/resume`, { reason: 'seen' })
    expect(answered(lifted)).toEqual([200, 'linked'])
    const { body } = await coffer.admin.get(`/v1/audit-log?object=${coffer.customer('customer-a').bank_account_id}`)
    const rows = (body['data'] as { action: string; data: object }[]).filter(({ action }) => !action.endsWith('.read'))
    expect(rows.slice(0, 2).map(({ action, data }) => ({ action, data }))).toEqual([
      { action: 'bank_account.resume', data: { by: 'operator', code: 'unauthorized', reason: 'seen' } },
      { action: 'bank_account.suspend', data: { code: 'unauthorized', reason: 'a call about it' } }
    ])
  })

  it('is declined by whoever has not told the bank yet, which is told nothing', async () => {
    const pending: string[] = []
    await coffer.restartSandbox(async () => {
      pending.push(String((await topUp(coffer, 'bench', 1_000)).body['id']))
      pending.push(String((await withdraw(coffer, 'bench', 1_000)).body['id']))
      pending.push(String((await payByBank(coffer, 'bench', 1_000)).body['id']))
      await waiting(coffer, pending[0]!)
      await suspend('bench', coffer.finance)
    })
    await coffer.advanceClock(60_000)
    const [top, out, payment] = pending as [string, string, string]
    expectState(await ended(coffer, top), 'declined', 'bank_account_suspended')
    expectState(await withdrawn(coffer, out), 'declined', 'bank_account_suspended')
    expectState(await paid(coffer, payment), 'declined', 'bank_account_suspended')
    const { lines } = await coffer.sandbox.journal('a')
    expect(lines.filter(({ reference }) => pending.includes(reference))).toEqual([])
    await coffer.finance.post(`${pathOf('bench')}/resume`, { reason: 'seen' })
  })

  it('tops nothing up by itself: the rule says why, and goes on once it is resumed', async () => {
    const owner = await coffer.asCustomer('bench')
    const { wallet_id, bank_account_id, pin } = coffer.customer('bench')
    const path = `/v1/wallets/${wallet_id}/automatic-top-up`
    await suspend('bench')
    await owner.put(path, { below: usd(1_000_000), add: usd(1_000), bank_account_id, pin })
    expect((await owner.get(path)).body).toMatchObject({ state: 'suspended', reason: 'bank_account_suspended' })
    const id = await toppedUp(coffer, 'customer-a', 1_000)
    await takeBack(coffer, id, { reports: 0 })
    const found = () =>
      coffer.db.selectFrom('bank_return').select('id').where('original_id', '=', id).executeTakeFirst()
    // A sweep that does something else finds nothing here.
    await coffer.sweepUntil(async () => (await found()) !== undefined)
    expect((await owner.get(path)).body['last_top_up_id']).toBeNull()
    await coffer.finance.post(`${pathOf('bench')}/resume`, { reason: 'seen' })
    expect((await owner.get(path)).body).toMatchObject({ state: 'active' })
    const made = async () => (await owner.get(path)).body['last_top_up_id']
    await coffer.sweepUntil(async () => (await made()) !== null)
    expectState(await ended(coffer, String(await made())), 'succeeded')
    await owner.delete(path)
  })

  it('may be unlinked by its owner, and is linked anew by nobody before finance lifts it', async () => {
    const owner = await coffer.asCustomer('customer-b')
    const iban = coffer.seeded.seed.ibans['bank_b']!
    await suspend('customer-b')
    expect(answered(await owner.post(`${pathOf('customer-b')}/unlink`))).toEqual([200, 'unlinked'])
    expect(await accountOf('customer-b')).toMatchObject({ state: 'unlinked', suspension: { code: 'under_review' } })
    expect(answered(await topUp(coffer, 'customer-b', 1_000))).toEqual([201, 'account_closed'])
    expect(answered(await link(owner, iban))).toEqual([409, 'state_conflict'])
    const lifted = await coffer.finance.post(`${pathOf('customer-b')}/resume`, { reason: 'seen' })
    expect(answered(lifted)).toEqual([200, 'unlinked'])
    const anew = idOf(await link(owner, iban))
    await untilAccount(owner, anew, 'linked')
    expect(answered(await coffer.finance.post(`${pathOf('customer-b')}/resume`, { reason: 'seen' }))).toEqual([
      409,
      'state_conflict'
    ])
  })
})
