import type { Answered } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import { DAY_MS, decide, dispute, paid, reviewers, submit, untilEvent, untilState } from '../support/disputes.ts'
import type { ReplayStory } from './stories.ts'

const idOf = ({ status, body }: Answered): string => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return String(body['id'])
}

async function opened(coffer: Coffer, reason: string, amount = 10_000): Promise<string> {
  await coffer.fund('bench', amount)
  return idOf(await dispute(coffer, await paid(coffer, 'bench', amount), reason))
}

/** Answered by the merchant, with the time to show anything over. */
async function reviewed(coffer: Coffer, outcome: 'won' | 'lost', amount = 10_000): Promise<string> {
  const id = await opened(coffer, 'fraud', amount)
  await submit(coffer.merchant, id, { text: 'It was signed for.' })
  await coffer.advanceClock(10 * DAY_MS)
  await decide(reviewers(coffer)[0], id, outcome)
  return id
}

/** Disputes in every way that they can end. */
export const disputeStories: readonly ReplayStory[] = [
  {
    name: 'dispute/taken-back-in-the-inquiry',
    state: 'closed',
    tell: async (coffer) => {
      const id = await opened(coffer, 'not_received')
      await coffer.service.post(`/v1/disputes/${id}/withdraw`)
      await untilState(coffer, id, 'closed')
      return id
    }
  },
  {
    name: 'dispute/given-in-after-the-inquiry',
    state: 'accepted',
    tell: async (coffer) => {
      const id = await opened(coffer, 'not_received')
      await coffer.advanceClock(3 * DAY_MS)
      await untilState(coffer, id, 'needs_response')
      await coffer.merchant.post(`/v1/disputes/${id}/accept`)
      return id
    }
  },
  {
    name: 'dispute/never-answered',
    state: 'expired',
    tell: async (coffer) => {
      const id = await opened(coffer, 'fraud')
      for (const days of [5, 4, 1]) await coffer.advanceClock(days * DAY_MS)
      await untilState(coffer, id, 'expired')
      return id
    }
  },
  {
    name: 'dispute/withdrawn-after-a-credit',
    state: 'withdrawn',
    tell: async (coffer) => {
      const id = await opened(coffer, 'fraud', 4_000)
      await untilEvent(coffer, id, 'dispute.credited')
      await coffer.service.post(`/v1/disputes/${id}/withdraw`)
      await untilEvent(coffer, id, 'dispute.reversal_announced')
      await coffer.advanceClock(10 * DAY_MS)
      await untilState(coffer, id, 'withdrawn')
      return id
    }
  },
  {
    name: 'dispute/won-by-the-merchant',
    state: 'won',
    tell: async (coffer) => {
      const id = await reviewed(coffer, 'won')
      await untilState(coffer, id, 'won')
      return id
    }
  },
  { name: 'dispute/lost-by-the-merchant', state: 'lost', tell: (coffer) => reviewed(coffer, 'lost', 4_000) }
]
