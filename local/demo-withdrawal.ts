import type { Body, Teller } from './demo-teller.ts'

const usd = (minorUnits: number) => ({ amount: String(minorUnits), currency: 'USD' })

/** From the wallet back to the bank: held, confirmed, pushed once, and what a bank makes of it. */
export async function tellWithdrawal(teller: Teller): Promise<void> {
  const { wallet_id, bank_account_id, pin, ...login } = teller.credentials.seed.customers[0]!
  const ada = await teller.logIn(login)
  const balance = async (name: string) =>
    Number(((await ada.get(`/v1/wallets/${wallet_id}`))[name] as { amount: string }).amount)
  const order = (amount: number) => ada.post('/v1/withdrawals', { wallet_id, bank_account_id, amount: usd(amount) })
  const ended = ({ id }: Body) =>
    ada.until(`/v1/withdrawals/${String(id)}`, ({ state }) => state !== 'processing' && state !== 'requires_action')

  teller.chapter('Money goes back to the bank account, once the customer has said so')
  const before = await balance('posted')
  const first = await order(5_000)
  if (first['state'] === 'requires_action') {
    teller.tell(`The first one to an account waits for the PIN until ${String(first['confirm_before'])}.`, first)
    await ada.post(`/v1/withdrawals/${String(first['id'])}/confirm`, { pin })
  }
  const paid = await ended(first)
  teller.expect(paid['state'] === 'succeeded', `the withdrawal is ${String(paid['state'])}`)
  teller.expect((await balance('posted')) === before - 5_000, 'the wallet did not pay exactly once')
  teller.tell('Held, pushed, booked by bank A: 50.00 USD have left the wallet.', paid)

  const lost = await order(1_004)
  await ada.until(`/v1/wallets/${wallet_id}`, ({ pending }) => (pending as { amount: string }).amount !== '0')
  teller.tell('Bank A neither answers nor books 10.04 USD: unknown, so they stay held.', lost)
  const path = `/v1/withdrawals/${String(lost['id'])}`
  await ada.until(path, ({ timeline }) => JSON.stringify(timeline).includes('withdrawal.sent'))
  await teller.advanceClock(60_000)
  const given = await ended(lost)
  teller.expect(given['decline_code'] === 'bank_not_received', `the withdrawal is ${String(given['state'])}`)
  teller.expect((await balance('available')) === before - 5_000, 'the hold was not given back')
  teller.tell('The inquiry says that the bank never will: the money is the customer’s again.')
}
