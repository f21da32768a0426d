import { createVault } from '../../store/vault.ts'
import { PUBLISHED_TEST_MASTER_KEY } from '../../temporal/keys.ts'
import { idOf, knownCustomer } from '../support/bank-links.ts'
import { linkCard, magicNumber, tokenise, untilAsked, untilCard } from '../support/cards.ts'
import type { Client } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import type { ReplayStory } from './stories.ts'

const DAY_MS = 86_400_000

async function begun(coffer: Coffer, number?: string): Promise<{ readonly id: string; readonly client: Client }> {
  const { client } = await knownCustomer(coffer, createVault(PUBLISHED_TEST_MASTER_KEY))
  return { id: idOf(await linkCard(client, await tokenise(coffer.sandbox, number))), client }
}

/** Asked, and nothing heard. */
async function unanswered(coffer: Coffer, number?: string) {
  const told = await begun(coffer, number)
  await untilAsked(coffer, told.id)
  return told
}

/** The acquirer is down for a day, or until somebody gives up. */
async function duringOutage(coffer: Coffer, end: (told: { id: string; client: Client }) => Promise<unknown>) {
  await coffer.sandbox.addRule({ match: { operation: 'verify' }, outcome: 'error' })
  await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const told = await unanswered(coffer)
  await end(told)
  await coffer.sandbox.clearRules()
  return told.id
}

export const cardLinkStories: readonly ReplayStory[] = [
  { name: 'card-link/at-once', state: 'linked', tell: async (coffer) => (await begun(coffer)).id },
  {
    name: 'card-link/found-out-by-inquiry',
    state: 'linked',
    tell: async (coffer) => {
      const { id, client } = await unanswered(coffer, magicNumber('0119'))
      await coffer.advanceClock(60_000)
      await untilCard(client, id, 'linked')
      return id
    }
  },
  {
    name: 'card-link/declined',
    state: 'failed',
    tell: async (coffer) => (await begun(coffer, magicNumber('0002'))).id
  },
  {
    name: 'card-link/nobody-could-say',
    state: 'expired',
    tell: (coffer) =>
      duringOutage(coffer, async ({ id, client }) => {
        await coffer.advanceClock(DAY_MS)
        await untilCard(client, id, 'expired')
      })
  },
  {
    name: 'card-link/given-up',
    state: 'canceled',
    tell: (coffer) => duringOutage(coffer, ({ id, client }) => client.post(`/v1/cards/${id}/cancel`))
  }
]
