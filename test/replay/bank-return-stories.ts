import { randomUUID } from 'node:crypto'
import { availableOf, owedBy, pay, returnOf, takeBack, toppedUp, topUpOf } from '../support/bank-returns.ts'
import type { Answered } from '../support/client.ts'
import { callBack } from '../support/call-back.ts'
import type { Coffer } from '../support/coffer.ts'
import type { ReplayStory } from './stories.ts'

const MINUTE_MS = 60_000

const idOf = ({ body }: Answered): string => String(body['id'])

/** Bench has spent it when the bank takes it back: answers the return's id. */
async function owing(coffer: Coffer, amount: number): Promise<string> {
  const id = await toppedUp(coffer, 'bench', amount)
  await pay(coffer, 'bench', await availableOf(coffer, 'bench'))
  await takeBack(coffer, id)
  return idOf(await returnOf(coffer, id))
}

/** Bank returns in every way that they can end. */
export const bankReturnStories: readonly ReplayStory[] = [
  {
    name: 'bank-return/covered-by-the-wallet',
    state: 'recovered',
    tell: async (coffer) => {
      const id = await toppedUp(coffer, 'bench', 1_000)
      await takeBack(coffer, id)
      return idOf(await returnOf(coffer, id))
    }
  },
  {
    name: 'bank-return/paid-by-what-came-in',
    state: 'recovered',
    tell: async (coffer) => {
      const id = await owing(coffer, 1_000)
      await toppedUp(coffer, 'bench', await owedBy(coffer, 'bench'))
      return id
    }
  },
  {
    name: 'bank-return/given-up',
    state: 'written_off',
    tell: async (coffer) => {
      const id = await owing(coffer, 1_000)
      const { finance, finance2 } = coffer
      const asked = await finance.post(`/v1/bank-returns/${id}/write-off`, { reason: 'cannot be reached', thaw: true })
      await finance2.post(`/v1/reviews/${idOf(asked)}/approve`, {}, randomUUID())
      return id
    }
  },
  {
    name: 'bank-return/before-its-top-up-was-known',
    state: 'recovered',
    tell: async (coffer) => {
      await coffer.sandbox.addRule({ match: { operation: 'pull', amount: '1700' }, outcome: 'error', booked: true })
      await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
      const id = await topUpOf(coffer, 'bench', 1_700)
      await coffer.service.until(`/v1/top-ups/${id}`, ({ timeline }) =>
        JSON.stringify(timeline).includes('top_up.sent')
      )
      const reference = await takeBack(coffer, id)
      await coffer.sandbox.clearRules()
      await callBack(coffer, 'a', id)
      await callBack(coffer, 'a', reference)
      await coffer.advanceClock(MINUTE_MS)
      return idOf(await returnOf(coffer, id))
    }
  }
]
