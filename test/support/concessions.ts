import type { Answered, Client } from './client.ts'
import type { Coffer } from './coffer.ts'
import { beforeReviewer, decide, reviewers, untilState } from './disputes.ts'

const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

/** A dispute of the bench customer that the merchant has won; above 1,000 USD by two reviewers' word. */
export async function lostByCustomer(coffer: Coffer, amount: number): Promise<string> {
  const id = await beforeReviewer(coffer, 'bench', amount)
  const [first, second] = reviewers(coffer)
  await decide(first, id, 'won')
  if (amount > 100_000) await decide(second, id, 'won')
  await coffer.service.until(
    `/v1/disputes/${id}`,
    ({ state, provisional_credit: credit }) => state === 'won' || (credit as { state?: string })?.state === 'reversing'
  )
  await coffer.advanceClock(10 * 86_400_000)
  await untilState(coffer, id, 'won')
  return id
}

/** Money of ours for a dispute, in US cents. */
export const goodwill = (by: Client, disputeId: string, amount: number, key?: string): Promise<Answered> =>
  by.post(`/v1/disputes/${disputeId}/goodwill`, { amount: usd(amount), reason: 'we should have seen it' }, key)

/** What the seeded merchant owes, in US cents. */
export const giveUp = ({ finance, seeded }: Coffer, amount: number): Promise<Answered> =>
  finance.post(`/v1/merchants/${seeded.seed.merchant_id}/write-off`, { amount: usd(amount), reason: 'bankrupt' })

/** Another one than who asks. */
export const secondFinance = ({ as, seeded }: Coffer): Client => as(seeded.keys.finance_2)
