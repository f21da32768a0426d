import { goodwill, lostByCustomer, secondFinance } from '../support/concessions.ts'
import type { Coffer } from '../support/coffer.ts'
import type { ReplayStory } from './stories.ts'

/** Two that are asked for the same dispute, each of which takes another operator's word. */
async function askedTwice(coffer: Coffer): Promise<[string, string]> {
  await coffer.fund('bench', 150_000)
  const dispute = await lostByCustomer(coffer, 120_000)
  const ask = async () => String((await goodwill(coffer.finance, dispute, 110_000)).body['id'])
  return [await ask(), await ask()]
}

const decideOn = (coffer: Coffer, id: string, verb: 'approve' | 'reject') =>
  secondFinance(coffer).post(`/v1/reviews/rev_${id.slice(4)}/${verb}`)

/** What we give up, in every way that it can end. */
export const concessionStories: readonly ReplayStory[] = [
  {
    name: 'concession/granted-at-once',
    state: 'granted',
    tell: async (coffer) => {
      await coffer.fund('bench', 10_000)
      return String((await goodwill(coffer.finance, await lostByCustomer(coffer, 8_000), 5_000)).body['id'])
    }
  },
  {
    name: 'concession/approved-twice',
    state: 'declined',
    tell: async (coffer) => {
      const [first, second] = await askedTwice(coffer)
      await decideOn(coffer, first, 'approve')
      await decideOn(coffer, second, 'approve')
      return second
    }
  },
  {
    name: 'concession/rejected',
    state: 'rejected',
    tell: async (coffer) => {
      const [first] = await askedTwice(coffer)
      await decideOn(coffer, first, 'reject')
      return first
    }
  }
]
