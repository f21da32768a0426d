import type { Teller } from './demo-teller.ts'

const usd = (minorUnits: number) => ({ amount: String(minorUnits), currency: 'USD' })

/** A part of a payment goes back: into the wallet in one answer, and never more than was paid. */
export async function tellRefund(teller: Teller): Promise<void> {
  const { keys, seed } = teller.credentials
  const { wallet_id, ...login } = seed.customers[0]!
  const ada = await teller.logIn(login)
  const merchant = teller.as(keys.merchant)
  const balance = async () =>
    Number(((await ada.get(`/v1/wallets/${wallet_id}`))['available'] as { amount: string }).amount)

  teller.chapter('The merchant gives a part of a payment back')
  const paid = await ada.post('/v1/payments', { wallet_id, merchant_id: seed.merchant_id, amount: usd(800) })
  teller.expect(paid['state'] === 'succeeded', `the payment is ${String(paid['state'])}`)
  const before = await balance()
  const payment_id = paid['id']
  const back = await merchant.post('/v1/refunds', { payment_id, amount: usd(300), reason: 'one of two was broken' })
  teller.expect(back['state'] === 'succeeded', `the refund is ${String(back['state'])}`)
  teller.expect((await balance()) === before + 300, 'the wallet did not get 3.00 back')
  teller.tell('3.00 of 8.00 USD are in the wallet again, paid by the merchant; the fee stays.', back)
  const tooMuch = await merchant.post('/v1/refunds', { payment_id, amount: usd(501) })
  teller.expect(tooMuch['code'] === 'amount_exceeds_refundable', 'more was given back than was paid')
  teller.tell('One cent more than is left of it is refused.')
}
