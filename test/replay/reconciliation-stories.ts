import { toppedUp } from '../support/bank-returns.ts'
import type { Answered } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import { booked, bring, endDay, fileOf, itemsOf, plant, reconcile } from '../support/reconciliations.ts'
import type { ReplayStory } from './stories.ts'

const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })
const idOf = ({ status, body }: Answered): string => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return String(body['id'])
}

/** A day with a credit that nobody knows; answers the reconciliation's id. */
async function withGift(coffer: Coffer, amount: number): Promise<string> {
  await plant(coffer, { kind: 'unknown_credit', amount: usd(amount), in_journal: true })
  return idOf(await reconcile(coffer, 'a', await endDay(coffer)))
}

async function adjusted(coffer: Coffer, id: string) {
  const [item] = itemsOf(await coffer.finance.get(`/v1/reconciliations/${id}`))
  const body = { item_id: item!.id, account: 'recovery_income', reason: 'nobody claims it' }
  return coffer.finance.post(`/v1/reconciliations/${id}/adjustments`, body)
}

/** Reconciliations in every way that they come to their end. */
export const reconciliationStories: readonly ReplayStory[] = [
  {
    name: 'reconciliation/balanced-at-once',
    state: 'balanced',
    tell: async (coffer) => {
      await toppedUp(coffer, 'customer-a', 1_000)
      return idOf(await reconcile(coffer, 'a', await endDay(coffer)))
    }
  },
  {
    name: 'reconciliation/brought-by-hand',
    state: 'balanced',
    tell: async (coffer) => {
      const day = await endDay(coffer)
      const brought = idOf(await bring(coffer, await fileOf(coffer, 'a', `${day}.csv`), 'text/csv'))
      return idOf(await booked(coffer.finance, brought))
    }
  },
  {
    name: 'reconciliation/adjusted-by-finance',
    state: 'balanced',
    tell: async (coffer) => {
      const id = await withGift(coffer, 500)
      await adjusted(coffer, id)
      return id
    }
  },
  {
    name: 'reconciliation/adjusted-by-two',
    state: 'balanced',
    tell: async (coffer) => {
      const id = await withGift(coffer, 200_000)
      await coffer.finance2.post(`/v1/reviews/${idOf(await adjusted(coffer, id))}/approve`)
      return id
    }
  },
  {
    name: 'reconciliation/shown-by-a-later-statement',
    state: 'balanced',
    tell: async (coffer) => {
      const late = await toppedUp(coffer, 'customer-a', 1_000)
      await plant(coffer, { kind: 'drop', reference: late, days_later: 2 })
      await reconcile(coffer, 'a', await endDay(coffer))
      const id = idOf(await reconcile(coffer, 'a', await endDay(coffer)))
      await reconcile(coffer, 'a', await endDay(coffer))
      return id
    }
  }
]
