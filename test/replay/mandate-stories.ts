import type { Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { advanceTo, decide, inDays, made, monthlyFrom, upcoming } from '../support/mandates.ts'
import type { ReplayStory } from './stories.ts'

const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

const ordered = async (coffer: Coffer, more: object = {}): Promise<string> =>
  made(coffer, 'bench', { ...monthlyFrom(await inDays(coffer, 10)), ...more })

async function over(coffer: Coffer, id: string): Promise<string> {
  await coffer.service.until(`/v1/mandates/${id}`, ({ state }) => state !== 'active' && state !== 'paused')
  return id
}

export const mandateStories: readonly ReplayStory[] = [
  {
    name: 'mandate/paid-once',
    state: 'completed',
    tell: async (coffer) => {
      await fundFromCapital(coffer, 'bench', 10_000n)
      const id = await ordered(coffer, { count: 1 })
      await advanceTo(coffer, (await upcoming(coffer, id))[0]!.debit_at)
      return over(coffer, id)
    }
  },
  {
    name: 'mandate/paused-resumed-changed-and-skipped',
    state: 'completed',
    tell: async (coffer) => {
      const id = await ordered(coffer, { count: 2 })
      await decide(coffer, id, 'pause')
      await decide(coffer, id, 'resume')
      await decide(coffer, id, 'change', { amount: { fixed: usd(900) } })
      await decide(coffer, id, 'change-next', { amount: usd(800) })
      await decide(coffer, id, 'skip-next')
      await decide(coffer, id, 'skip-next')
      return over(coffer, id)
    }
  },
  {
    name: 'mandate/canceled-while-announced',
    state: 'canceled',
    tell: async (coffer) => {
      const id = await ordered(coffer)
      await advanceTo(coffer, (await upcoming(coffer, id))[0]!.announce_at)
      await decide(coffer, id, 'cancel')
      return over(coffer, id)
    }
  },
  {
    name: 'mandate/biller-closed',
    state: 'failed',
    tell: async (coffer) => {
      const id = await ordered(coffer, { biller: 'harbour-homes', account_number: 'HH000017' })
      await coffer.pool.query(`update biller set state = 'closed' where network_code = 'harbour-homes'`)
      await advanceTo(coffer, (await upcoming(coffer, id))[0]!.announce_at)
      await over(coffer, id)
      await coffer.pool.query(`update biller set state = 'active' where network_code = 'harbour-homes'`)
      return id
    }
  }
]
