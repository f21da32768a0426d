import { newCard } from '../support/card-payments.ts'
import { chargeBack, disputeOf, issuerDecides, paidByCard } from '../support/chargebacks.ts'
import type { Coffer } from '../support/coffer.ts'
import { DAY_MS, submit, untilEvent, untilState } from '../support/disputes.ts'
import { idOf, usd } from '../support/top-ups.ts'
import type { ReplayStory } from './stories.ts'

/** One card is enough for all stories: only a few are linked in a day. */
async function cardOf(coffer: Coffer): Promise<string> {
  const { body } = await (await coffer.asCustomer('customer-a')).get('/v1/cards')
  const linked = (body['data'] as { id: string; state: string }[]).find(({ state }) => state === 'linked')
  return linked?.id ?? newCard(coffer)
}

/** A payment by card, charged back, and what the merchant shows is with the acquirer. */
async function contested(coffer: Coffer) {
  const payment = await paidByCard(coffer, await cardOf(coffer), 1_000)
  const chargeback = await chargeBack(coffer, payment)
  const dispute = idOf(await disputeOf(coffer, payment, chargeback))
  await submit(coffer.merchant, dispute, { text: 'It was signed for.' })
  await coffer.advanceClock(10 * DAY_MS)
  await untilEvent(coffer, dispute, 'dispute.represented')
  return { payment, chargeback, dispute }
}

/** What card holders have had taken back. */
export const chargebackStories: readonly ReplayStory[] = [
  {
    name: 'dispute/chargeback-won-by-the-merchant',
    state: 'won',
    tell: async (coffer) => {
      const { chargeback, dispute } = await contested(coffer)
      await issuerDecides(coffer, chargeback, 'won')
      await untilState(coffer, dispute, 'won')
      return dispute
    }
  },
  {
    name: 'dispute/chargeback-upheld',
    state: 'lost',
    tell: async (coffer) => {
      const { chargeback, dispute } = await contested(coffer)
      await issuerDecides(coffer, chargeback, 'lost')
      await untilState(coffer, dispute, 'lost')
      return dispute
    }
  },
  {
    name: 'dispute/chargeback-contested-twice',
    state: 'lost',
    tell: async (coffer) => {
      await coffer.sandbox.addRule({ match: { operation: 'represent' }, outcome: 'error', booked: false, times: 1 })
      const { chargeback, dispute } = await contested(coffer)
      await coffer.advanceClock(60_000)
      await untilEvent(coffer, dispute, 'dispute.represented', 2)
      await issuerDecides(coffer, chargeback, 'lost')
      await untilState(coffer, dispute, 'lost')
      return dispute
    }
  },
  {
    name: 'chargeback-notice/disputed',
    state: 'succeeded',
    tell: async (coffer) => {
      const payment = await paidByCard(coffer, await cardOf(coffer), 2_000)
      await disputeOf(coffer, payment, await chargeBack(coffer, payment))
      return payment
    }
  },
  {
    name: 'bank-return/of-a-top-up-by-card',
    state: 'recovered',
    tell: async (coffer) => {
      const { wallet_id } = coffer.customer('customer-a')
      const order = { wallet_id, card_id: await cardOf(coffer), amount: usd(2_000) }
      const topUp = idOf(await coffer.service.post('/v1/top-ups', order))
      await coffer.service.until(`/v1/top-ups/${topUp}`, ({ state }) => state === 'succeeded')
      const chargeback = await chargeBack(coffer, topUp)
      const of = (body: Record<string, unknown>) =>
        (body['data'] as { id: string; reference: string }[]).find(({ reference }) => reference === chargeback)
      const { body } = await coffer.service.until('/v1/bank-returns?limit=100', (list) => of(list) !== undefined)
      return of(body)!.id
    }
  }
]
