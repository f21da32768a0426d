import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { billerOf, issue, newAccount, payBill, readBill, untilBill } from '../support/bills.ts'
import type { Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { expectEverythingSettled } from '../support/settled.ts'
import { idOf, impatient, usd } from '../support/top-ups.ts'

let coffer: Coffer
beforeAll(async () => {
  coffer = await startCoffer({ policy: impatient })
  await fundFromCapital(coffer, 'customer-a', 20_000n)
})
afterAll(() => coffer?.stop())

const readReceipt = (bill: string, by: Client = coffer.service) =>
  by.get(`/v1/receipts/${bill.replace('bpm_', 'rct_')}`)

describe('The receipt of a paid bill', () => {
  it('has the biller’s name, its number and the posting, for whose it is and for nobody else', async () => {
    const account = newAccount()
    await issue(coffer, { account, reference: 'B-R', amount: 1_910 })
    const bill = idOf(await payBill(coffer, 'customer-a', account))
    const { body: paid } = await untilBill(coffer, bill, 'paid')
    const { wallet_id } = coffer.customer('customer-a')
    const { body: entries } = await coffer.service.get(`/v1/wallets/${wallet_id}/entries?limit=1`)
    const [{ posting_id, effective_at, posted_at }] = entries['data'] as [Record<string, string>]
    const receipt = {
      id: paid['receipt_id'],
      object: 'receipt',
      type: 'bill_payment',
      bill_payment_id: bill,
      state: 'paid',
      wallet_id,
      biller: { id: await billerOf(coffer, 'city-power'), name: 'City Power', category: 'power', country: 'US' },
      account_number: account,
      bill_reference: 'B-R',
      network_reference: paid['network_reference'],
      ...{ amount: usd(1_910), fee: usd(0), total: usd(1_910) },
      entries: [{ posting_id, code: 'bill_payment', amount: usd(1_910), effective_at, posted_at }],
      created_at: expect.any(String),
      paid_at: effective_at
    }
    expect((await readReceipt(bill)).body).toEqual(receipt)
    expect((await readReceipt(bill, await coffer.asCustomer('customer-a'))).body).toEqual(receipt)
    const masked = { ...receipt, account_number: `***${account.slice(-4)}` }
    expect((await readReceipt(bill, coffer.support)).body).toEqual(masked)
    for (const other of [await coffer.asCustomer('customer-b'), coffer.merchant])
      expect((await readReceipt(bill, other)).status).toBe(404)
    await expectEverythingSettled(coffer)
  })

  it('tells the fee beside the amount, and what the biller gave back; without a payment there is none', async () => {
    const rent = (amount: number) =>
      payBill(coffer, 'customer-a', 'HH000017', { biller: 'harbour-homes', amount: usd(amount) })
    const bill = idOf(await rent(1_000))
    expect((await readReceipt(idOf(await untilBill(coffer, idOf(await rent(1_001)), 'failed')))).status).toBe(404)
    await untilBill(coffer, bill, 'paid')
    const { body } = await readReceipt(bill)
    expect(body).toMatchObject({ amount: usd(1_000), fee: usd(50), total: usd(1_050) })
    expect((body['entries'] as { amount: object }[]).map(({ amount }) => amount)).toEqual([usd(1_000), usd(50)])
    expect(body).not.toHaveProperty('reversed')
    await coffer.sandbox.admin('POST', '/bill-reversals', { reference: bill, reason: 'overpaid' })
    await coffer.sweepUntil(async () => (await readBill(coffer, bill)).body['reversed'] !== undefined)
    expect((await readReceipt(bill)).body).toMatchObject({ total: usd(1_050), reversed: usd(1_000) })
    await expectEverythingSettled(coffer)
  })
})
