import { PUBLISHED_TEST_MASTER_KEY } from '../../temporal/keys.ts'
import { createVault } from '../../store/vault.ts'
import {
  idOf,
  knownCustomer,
  link,
  newIban,
  pushedTo,
  untilAccount,
  untilDue,
  untilRecovered
} from '../support/bank-links.ts'
import type { Client } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import type { ReplayStory } from './stories.ts'

const DAY_MS = 86_400_000

interface Told {
  readonly id: string
  readonly client: Client
  readonly iban: string
}

async function begun(coffer: Coffer, iban: string, method?: 'micro_deposits'): Promise<Told> {
  const { client } = await knownCustomer(coffer, createVault(PUBLISHED_TEST_MASTER_KEY))
  return { id: idOf(await link(client, iban, method)), client, iban }
}

/** Both deposits have come. */
async function asked(coffer: Coffer): Promise<Told> {
  const told = await begun(coffer, newIban('b'), 'micro_deposits')
  await untilDue(told.client, told.id, 'verify_amounts')
  return told
}

const verify = async (coffer: Coffer, { client, id, iban }: Told) =>
  client.post(`/v1/bank-accounts/${id}/verify`, { amounts: await pushedTo(coffer, 'b', iban) })

/** A recovery ends as the pull does. */
async function recovered(coffer: Coffer, state: 'succeeded' | 'declined'): Promise<string> {
  const told = await asked(coffer)
  const match = { operation: 'pull', iban: told.iban }
  if (state === 'declined') await coffer.sandbox.addRule({ match, outcome: 'decline', times: 1 })
  await verify(coffer, told)
  await untilRecovered(coffer, told.id, state)
  return told.id.replace('ban_', 'mdr_')
}

export const bankLinkStories: readonly ReplayStory[] = [
  {
    name: 'bank-link/at-once',
    state: 'linked',
    tell: async (coffer) => (await begun(coffer, newIban('a'))).id
  },
  {
    name: 'bank-link/bank-called-back',
    state: 'linked',
    tell: async (coffer) => (await begun(coffer, newIban('b'))).id
  },
  {
    name: 'bank-link/close-name-confirmed',
    state: 'linked',
    tell: async (coffer) => {
      const { id, client } = await begun(coffer, newIban('a', '91'))
      await untilDue(client, id, 'confirm_holder')
      await client.post(`/v1/bank-accounts/${id}/confirm-holder`)
      return id
    }
  },
  {
    name: 'bank-link/somebody-else',
    state: 'failed',
    tell: async (coffer) => (await begun(coffer, newIban('a', '92'))).id
  },
  {
    name: 'bank-link/close-name-confirmed-by-nobody',
    state: 'expired',
    tell: async (coffer) => {
      const { id, client } = await begun(coffer, newIban('a', '91'))
      await untilDue(client, id, 'confirm_holder')
      await coffer.advanceClock(10 * DAY_MS)
      await untilAccount(client, id, 'expired')
      return id
    }
  },
  {
    name: 'bank-link/given-up-while-the-bank-was-down',
    state: 'canceled',
    tell: async (coffer) => {
      await coffer.sandbox.addRule({ match: { operation: 'confirm_payee' }, outcome: 'error' })
      const { id, client } = await begun(coffer, newIban('a'))
      await client.post(`/v1/bank-accounts/${id}/cancel`)
      await coffer.sandbox.clearRules()
      return id
    }
  },
  {
    name: 'bank-link/micro-deposits',
    state: 'linked',
    tell: async (coffer) => {
      const told = await asked(coffer)
      await verify(coffer, told)
      await untilRecovered(coffer, told.id, 'succeeded')
      return told.id
    }
  },
  {
    name: 'bank-link/micro-deposit-declined',
    state: 'failed',
    tell: async (coffer) => {
      const iban = newIban('a')
      await coffer.sandbox.addRule({ match: { operation: 'push', iban }, outcome: 'decline', times: 1 })
      const { id, client } = await begun(coffer, iban, 'micro_deposits')
      await untilAccount(client, id, 'failed')
      return id
    }
  },
  {
    name: 'bank-link/micro-deposits-never-read',
    state: 'expired',
    tell: async (coffer) => {
      const { id, client } = await asked(coffer)
      await coffer.advanceClock(10 * DAY_MS)
      await untilAccount(client, id, 'expired')
      return id
    }
  },
  { name: 'deposit-recovery/pulled', state: 'succeeded', tell: (coffer) => recovered(coffer, 'succeeded') },
  { name: 'deposit-recovery/declined', state: 'declined', tell: (coffer) => recovered(coffer, 'declined') }
]
