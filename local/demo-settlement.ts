import type { Body, Teller } from './demo-teller.ts'

const DAY_MS = 86_400_000

/** What the merchant of the first chapters has earned goes to its bank account. */
export async function tellSettlement(teller: Teller): Promise<void> {
  const { keys, seed } = teller.credentials
  const merchant = teller.as(keys.merchant)
  const balance = () => merchant.get(`/v1/merchants/${seed.merchant_id}/balance`)
  const cents = (body: Body, name: string) => Number((body[name] as { amount: string } | undefined)?.amount)

  teller.chapter('What the merchant has earned goes to its bank account, after the cut-off of the next business day')
  const earned = cents(await balance(), 'payable')
  teller.tell(`So far ${earned} cents are payable.`)
  // A weekend may lie in between.
  for (let days = 0; days < 5; days++) await teller.advanceClock(DAY_MS)
  // Or the daily run was faster: then there is nothing left to ask for.
  await merchant.post('/v1/settlements', { merchant_id: seed.merchant_id })
  const first = (list: Body) => (list['data'] as Body[])[0]
  const list = await merchant.until('/v1/settlements?limit=1', (page) => first(page)?.['state'] === 'paid')
  const settlement = first(list)!
  teller.expect(cents(settlement, 'amount') > 0, 'nothing was paid')
  teller.tell(`Paid: ${cents(settlement, 'amount')} cents, less the reserve of a new merchant.`, settlement)
  teller.expect(cents(await balance(), 'in_settlement') === 0, 'something is still on its way')
}
