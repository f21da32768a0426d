import { createHash, randomUUID } from 'node:crypto'
import { waitUntil } from '../../local/wait-until.ts'
import { PUBLISHED_TEST_MASTER_KEY } from '../../temporal/keys.ts'
import { createVault } from '../../store/vault.ts'
import { apply, give, kycOf, registerApplicant, untilState } from '../support/applicants.ts'
import type { Client } from '../support/client.ts'
import type { Coffer } from '../support/coffer.ts'
import type { ReplayStory } from './stories.ts'

const DAY_MS = 86_400_000

/** An application of somebody new, with everything given; answers its id, and who applies. */
async function applied(coffer: Coffer, name: string, over: object = {}): Promise<{ id: string; client: Client }> {
  const { client } = await registerApplicant(coffer, createVault(PUBLISHED_TEST_MASTER_KEY))
  const id = String((await apply(client)).body['id'])
  await give(client, id, kycOf(`${name} ${randomUUID().slice(0, 8)}`, over))
  return { id, client }
}

const review = (coffer: Coffer, by: 'reviewer' | 'reviewer_2', id: string, verb: string, more: object = {}) =>
  coffer.as(coffer.seeded.keys[by]).post(`/v1/onboardings/${id}/${verb}`, { reason: 'seen', ...more })

async function empty(coffer: Coffer): Promise<{ id: string; client: Client }> {
  const { client } = await registerApplicant(coffer, createVault(PUBLISHED_TEST_MASTER_KEY))
  return { id: String((await apply(client)).body['id']), client }
}

/** A new list with one name; answers what it is called once somebody is looking through it. */
async function announce(coffer: Coffer, name: string): Promise<string> {
  const version = randomUUID()
  await coffer.sandbox.admin('PUT', '/screening-list', { version, entries: [{ name, list: 'sanctions' }] })
  const screened = coffer.db.selectFrom('screening').select('customer_id').where('list_version', '=', version)
  await waitUntil(async () => (await screened.executeTakeFirst()) !== undefined, {
    limitMs: 30_000,
    otherwise: 'nobody was screened'
  })
  return version
}

export const onboardingStories: readonly ReplayStory[] = [
  {
    name: 'onboarding/approved-at-once',
    state: 'approved',
    tell: async (coffer) => (await applied(coffer, 'Nadia')).id
  },
  {
    name: 'onboarding/under-age',
    state: 'rejected',
    tell: async (coffer) => (await applied(coffer, 'Nadia', { birth_date: '2015-01-01' })).id
  },
  {
    name: 'onboarding/reviewed-asked-and-approved',
    state: 'approved',
    tell: async (coffer) => {
      const { id, client } = await applied(coffer, 'Doubtful')
      await untilState(client, id, 'in_review')
      await review(coffer, 'reviewer', id, 'ask', { items: ['proof_of_address'] })
      await give(client, id, { proof_of_address_sha256: 'a'.repeat(64) })
      await untilState(client, id, 'in_review')
      await review(coffer, 'reviewer', id, 'approve')
      return id
    }
  },
  {
    name: 'onboarding/escalated-and-rejected-by-two',
    state: 'rejected',
    tell: async (coffer) => {
      const { id, client } = await applied(coffer, 'Sanctioned')
      await untilState(client, id, 'in_review')
      for (const type of ['review_due', 'review_escalated']) {
        await coffer.advanceClock(DAY_MS / 2)
        await client.until(`/v1/onboardings/${id}`, ({ timeline }) => JSON.stringify(timeline).includes(type))
      }
      await review(coffer, 'reviewer', id, 'reject')
      await review(coffer, 'reviewer_2', id, 'reject')
      return id
    }
  },
  {
    name: 'onboarding/bureau-called-back',
    state: 'approved',
    tell: async (coffer) => {
      await coffer.sandbox.addRule({
        match: { operation: 'identity' },
        outcome: 'delay',
        delay_ms: 3_600_000,
        times: 1
      })
      const { id, client } = await applied(coffer, 'Nadia')
      await untilState(client, id, 'verifying')
      await coffer.advanceClock(3_600_000)
      await untilState(client, id, 'approved')
      return id
    }
  },
  {
    name: 'onboarding/reminded-and-expired',
    state: 'expired',
    tell: async (coffer) => {
      const { id, client } = await empty(coffer)
      for (let day = 1; day <= 7; day++) await coffer.advanceClock(DAY_MS)
      await untilState(client, id, 'expired')
      return id
    }
  },
  {
    name: 'onboarding/withdrawn',
    state: 'withdrawn',
    tell: async (coffer) => {
      const { id, client } = await empty(coffer)
      await client.post(`/v1/onboardings/${id}/withdraw`)
      return id
    }
  },
  {
    name: 'onboarding/periodic-review-cleared',
    state: 'approved',
    tell: async (coffer) => {
      const name = `${randomUUID()} ${randomUUID()}`
      const { client } = await registerApplicant(coffer, createVault(PUBLISHED_TEST_MASTER_KEY))
      const application = String((await apply(client)).body['id'])
      await give(client, application, kycOf(name))
      const approved = await untilState(client, application, 'approved')
      await announce(coffer, name)
      const listed = `/v1/onboardings?customer_id=${String(approved.body['customer_id'])}`
      const found = ({ data }: Record<string, unknown>) =>
        (data as { id: string; state: string }[]).find(({ state }) => state === 'in_review')
      const id = found((await coffer.service.until(listed, (body) => found(body) !== undefined)).body)!.id
      await review(coffer, 'reviewer', id, 'approve')
      await review(coffer, 'reviewer_2', id, 'approve')
      return id
    }
  },
  {
    name: 'rescreening/of-a-new-list',
    state: 'completed',
    tell: async (coffer) =>
      createHash('sha256')
        .update(await announce(coffer, 'Zhoquvar Plimbukov'))
        .digest('hex')
        .slice(0, 32)
  }
]
