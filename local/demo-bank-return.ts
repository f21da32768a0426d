import type { Body, Teller } from './demo-teller.ts'

const usd = (minorUnits: number) => ({ amount: String(minorUnits), currency: 'USD' })
const TWO_DAYS_MS = 2 * 86_400_000

/** A bank takes back what was spent meanwhile: owed, and paid by what comes in next. */
export async function tellBankReturn(teller: Teller): Promise<void> {
  const { wallet_id, bank_account_id, pin, ...login } = teller.credentials.seed.customers[0]!
  const ada = await teller.logIn(login)
  const available = async () =>
    Number(((await ada.get(`/v1/wallets/${wallet_id}`))['available'] as { amount: string }).amount)
  const settled = async (path: string, { id }: Body) =>
    ada.until(`${path}/${String(id)}`, ({ state }) => state !== 'processing' && state !== 'requires_action')
  const topUp = async (amount: number) =>
    settled('/v1/top-ups', await ada.post('/v1/top-ups', { wallet_id, bank_account_id, amount: usd(amount) }))

  teller.chapter('A bank takes back what was spent meanwhile')
  const pulled = await topUp(2_005)
  teller.expect(pulled['state'] === 'succeeded', `the top-up is ${String(pulled['state'])}`)
  // Whole dollars, so that the bank meets no magic amount.
  const spend = Math.floor((await available()) / 100) * 100
  const sent = await ada.post('/v1/withdrawals', { wallet_id, bank_account_id, amount: usd(spend) })
  if (sent['state'] === 'requires_action') await ada.post(`/v1/withdrawals/${String(sent['id'])}/confirm`, { pin })
  const paid = await settled('/v1/withdrawals', sent)
  teller.expect(paid['state'] === 'succeeded', `the withdrawal is ${String(paid['state'])}`)
  teller.tell('20.05 USD come in, and all of the wallet but some cents leaves again.', pulled)

  await teller.advanceClock(TWO_DAYS_MS)
  const listOf = ({ data }: Body) => data as Body[]
  const isHere = (body: Body) => listOf(body)[0]?.['original_id'] === pulled['id']
  const [returned] = listOf(await ada.until(`/v1/bank-returns?wallet_id=${wallet_id}&limit=1`, isHere))
  teller.expect(returned!['state'] === 'receivable', `the return is ${String(returned!['state'])}`)
  teller.tell('Two days later bank A takes them back: what the wallet no longer has is owed.', returned)

  await topUp(5_000)
  const over = await ada.get(`/v1/bank-returns/${String(returned!['id'])}`)
  teller.expect(over['state'] === 'recovered', `the return is ${String(over['state'])}`)
  teller.expect((await ada.get(`/v1/wallets/${wallet_id}`))['state'] === 'active', 'the wallet is still frozen')
  teller.tell('50.00 USD that come in pay it first, in the same unit of work; then the wallet is free again.')
}
