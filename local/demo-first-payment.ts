import { randomUUID } from 'node:crypto'
import type { Body, Caller, Teller } from './demo-teller.ts'

const usd = (minorUnits: number) => ({ amount: String(minorUnits), currency: 'USD' })
const MINUTE_MS = 60_000

/** From the bank to the wallet, from the wallet to the merchant, and what can go wrong on the way. */
export async function tellFirstPayment(teller: Teller): Promise<void> {
  const { keys, seed } = teller.credentials
  const ada = await teller.logIn(seed.customers[0]!)
  const ben = await teller.logIn(seed.customers[1]!)
  const merchant = teller.as(keys.merchant)
  await topUps(teller, ada, ben)
  await scanAndPay(teller, ada, merchant)
  await askForMoney(teller, ada, merchant)
  await captureInParts(teller, ada, merchant)
  await confirmABigOne(teller, ada)
  await refusals(teller, ada)
}

async function topUps(teller: Teller, ada: Caller, ben: Caller): Promise<void> {
  const [a, b] = teller.credentials.seed.customers
  const order = ({ wallet_id, bank_account_id }: typeof a & object, amount: number) => ({
    wallet_id,
    bank_account_id,
    amount: usd(amount)
  })
  teller.chapter('Two customers top up their wallets, each from a bank of its own temper')
  const booked = await settled(ada, await ada.post('/v1/top-ups', order(a!, 100_000)))
  teller.expect(booked['state'] === 'succeeded', `the top-up is ${String(booked['state'])}`)
  teller.tell('Bank A answers at once: 1,000.00 USD are in the wallet.', booked)

  const lost = await ada.post('/v1/top-ups', order(a!, 2_003))
  teller.tell(
    'Bank A books 20.03 USD and hangs up without an answer: unknown, so Coffer asks, and never sends again.',
    lost
  )
  await teller.advanceClock(5_000)
  const found = await settled(ada, lost)
  teller.expect(found['state'] === 'succeeded', `the top-up is ${String(found['state'])}`)
  teller.tell('The inquiry after 5 s finds it booked: once in the bank, once in the wallet.')

  const slow = await ben.post('/v1/top-ups', order(b!, 20_000))
  teller.tell(`Bank B takes minutes: ${String(slow['state'])}.`, slow)
  await teller.advanceClock(3 * MINUTE_MS)
  const arrived = await settled(ben, slow)
  teller.expect(arrived['state'] === 'succeeded', `the top-up is ${String(arrived['state'])}`)
  teller.tell('Three minutes of business time later the bank has called back.')
}

async function scanAndPay(teller: Teller, ada: Caller, merchant: Caller): Promise<void> {
  const { merchant_id, customers } = teller.credentials.seed
  const { wallet_id } = customers[0]!
  teller.chapter('The merchant shows a code, the customer scans it and pays')
  const code = await merchant.post('/v1/qr-codes', { merchant_id, amount: usd(1_250) })
  teller.tell(String(code['text']))
  const read = await ada.post('/v1/qr-codes/decode', { text: code['text'] })
  teller.tell(`The phone reads: ${String(read['merchant_name'])}, ${String(read['merchant_city'])}.`)
  const before = await balance(ada, wallet_id)
  const key = randomUUID()
  const paid = await ada.post('/v1/payments', { wallet_id, qr: code['text'] }, key)
  teller.expect(paid['state'] === 'succeeded', `the payment is ${String(paid['state'])}`)
  teller.tell(`Paid in one answer; the merchant's fee is ${amountOf(paid['fee'])} cents.`, paid)
  const again = await ada.post('/v1/payments', { wallet_id, qr: code['text'] }, key)
  teller.expect(again['id'] === paid['id'], 'the same key made a second payment')
  teller.expect((await balance(ada, wallet_id)) === before - 1_250, 'the wallet was not debited exactly once')
  teller.tell('The phone lost the answer and asks again with the same key: the same payment, debited once.')
  const receipt = await ada.get(`/v1/receipts/${String(paid['receipt_id'])}`)
  teller.expect(receipt['http_status'] === 200, 'there is no receipt')
  teller.tell(`Receipt ${String(receipt['id'])}.`)
}

async function askForMoney(teller: Teller, ada: Caller, merchant: Caller): Promise<void> {
  const { wallet_id } = teller.credentials.seed.customers[0]!
  teller.chapter('The merchant asks for 4.50 by a link, and is paid once')
  const asked = await merchant.post('/v1/payment-requests', { amount: usd(450), description: 'Two coffees' })
  const path = `/v1/payment-requests/${String(asked['id'])}`
  teller.tell(String(asked['url']), await ada.get(path))
  const paid = await ada.post('/v1/payments', { wallet_id, payment_request_id: asked['id'] })
  teller.expect(paid['state'] === 'succeeded', `the payment is ${String(paid['state'])}`)
  const again = await ada.post('/v1/payments', { wallet_id, payment_request_id: asked['id'] })
  teller.expect(again['code'] === 'payment_request_paid', 'the request was paid twice')
  const request = await merchant.get(path)
  teller.expect(request['payment_id'] === paid['id'], `the request is ${String(request['state'])}`)
  teller.tell('Paid in one unit with the payment; whoever comes second is told so.', request)
}

async function captureInParts(teller: Teller, ada: Caller, merchant: Caller): Promise<void> {
  const { merchant_id, customers } = teller.credentials.seed
  const { wallet_id } = customers[0]!
  teller.chapter('A hotel holds 25.00, takes 10.00, and gives the rest back')
  const held = await ada.post('/v1/payments', { wallet_id, merchant_id, amount: usd(2_500), capture: 'manual' })
  teller.expect(held['state'] === 'requires_capture', `the payment is ${String(held['state'])}`)
  teller.tell(`Held until ${String(held['capture_before'])}.`, held)
  const path = `/v1/payments/${String(held['id'])}`
  await merchant.post(`${path}/capture`, { amount: usd(1_000) })
  const closed = await merchant.post(`${path}/void`)
  teller.expect(amountOf(closed['captured']) === 1_000, 'not 10.00 were captured')
  teller.expect(closed['state'] === 'succeeded', `the payment is ${String(closed['state'])}`)
  teller.tell('10.00 captured, 15.00 back in the wallet.')
}

async function confirmABigOne(teller: Teller, ada: Caller): Promise<void> {
  const { merchant_id, customers } = teller.credentials.seed
  const { wallet_id, pin } = customers[0]!
  teller.chapter('500.00 USD need the customer’s PIN, bound to this amount and this payee')
  const asked = await ada.post('/v1/payments', { wallet_id, merchant_id, amount: usd(50_000) })
  teller.expect(asked['state'] === 'requires_action', `the payment is ${String(asked['state'])}`)
  teller.tell(`Waits until ${String(asked['confirm_before'])}; nothing has moved.`, asked)
  const confirmed = await ada.post(`/v1/payments/${String(asked['id'])}/confirm`, { pin })
  teller.expect(confirmed['state'] === 'succeeded', `the payment is ${String(confirmed['state'])}`)
  teller.tell('Confirmed, paid.')
}

async function refusals(teller: Teller, ada: Caller): Promise<void> {
  const { merchant_id, customers } = teller.credentials.seed
  const { wallet_id, bank_account_id } = customers[0]!
  teller.chapter('What is refused is refused, and moves nothing')
  const declined = await settled(ada, await ada.post('/v1/top-ups', { wallet_id, bank_account_id, amount: usd(1_001) }))
  teller.expect(declined['decline_code'] === 'insufficient_funds', `the top-up is ${String(declined['state'])}`)
  teller.tell('The bank account has no 10.01 USD: declined, insufficient_funds.', declined)
  const left = await balance(ada, wallet_id)
  const tooMuch = await ada.post('/v1/payments', { wallet_id, merchant_id, amount: usd(left + 1) })
  teller.expect(tooMuch['state'] === 'declined', `the payment is ${String(tooMuch['state'])}`)
  teller.expect((await balance(ada, wallet_id)) === left, 'a refused payment moved money')
  teller.tell(`One cent more than the wallet has: declined, ${String(tooMuch['decline_code'])}.`, tooMuch)
}

/** Polls a top-up until the bank's word is in. */
const settled = (caller: Caller, { id }: Body): Promise<Body> =>
  caller.until(`/v1/top-ups/${String(id)}`, ({ state }) => state !== 'processing')

const amountOf = (money: unknown): number => Number((money as { amount: string }).amount)

const balance = async (caller: Caller, walletId: string): Promise<number> =>
  amountOf((await caller.get(`/v1/wallets/${walletId}`))['available'])
