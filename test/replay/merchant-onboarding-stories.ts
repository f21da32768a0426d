import { randomUUID } from 'node:crypto'
import { untilState } from '../support/applicants.ts'
import { appliedBusiness, giveAsBusiness, kybOf, noBusiness, registerBusiness } from '../support/businesses.ts'
import type { Coffer } from '../support/coffer.ts'
import type { ReplayStory } from './stories.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const review = (coffer: Coffer, by: 'reviewer' | 'reviewer_2', id: string, verb: string, more: object = {}) =>
  coffer.as(coffer.seeded.keys[by]).post(`/v1/onboardings/${id}/${verb}`, { reason: 'seen', ...more })

/** The same workflow as customers' applications, of businesses, in every way that it can end. */
export const merchantOnboardingStories: readonly ReplayStory[] = [
  {
    name: 'onboarding/business-approved-at-once',
    state: 'approved',
    tell: async ({ service }) => (await appliedBusiness(service, noBusiness())).id
  },
  {
    name: 'onboarding/business-dissolved',
    state: 'rejected',
    tell: async ({ service }) => (await appliedBusiness(service, `Dissolved ${noBusiness()}`)).id
  },
  {
    name: 'onboarding/business-asked-and-approved-by-two',
    state: 'approved',
    tell: async (coffer) => {
      const { service } = coffer
      const { id } = await appliedBusiness(service, `Sanctioned ${noBusiness()}`)
      await untilState(service, id, 'in_review')
      await review(coffer, 'reviewer', id, 'ask', { items: ['registration_document'] })
      await giveAsBusiness(service, id, { registration_document: kybOf().registration_document })
      await untilState(service, id, 'in_review')
      await review(coffer, 'reviewer', id, 'approve')
      await review(coffer, 'reviewer_2', id, 'approve')
      return id
    }
  },
  {
    name: 'onboarding/business-called-back',
    state: 'approved',
    tell: async ({ service, sandbox, advanceClock }) => {
      await sandbox.addRule({ match: { operation: 'registry' }, outcome: 'delay', delay_ms: HOUR_MS, times: 1 })
      const { id } = await appliedBusiness(service, noBusiness())
      await untilState(service, id, 'verifying')
      await advanceClock(HOUR_MS)
      await untilState(service, id, 'approved')
      return id
    }
  },
  {
    name: 'onboarding/business-register-silent-and-rejected',
    state: 'rejected',
    tell: async (coffer) => {
      const { service, sandbox } = coffer
      await sandbox.addRule({ match: { operation: 'registry' }, outcome: 'timeout', times: 1 })
      const { id } = await appliedBusiness(service, noBusiness())
      await untilState(service, id, 'verifying')
      await coffer.advanceClock(DAY_MS)
      await untilState(service, id, 'in_review')
      await review(coffer, 'reviewer', id, 'reject')
      return id
    }
  },
  {
    name: 'onboarding/business-reminded-and-expired',
    state: 'expired',
    tell: async ({ service, advanceClock }) => {
      const { id } = await registerBusiness(service, noBusiness())
      for (let day = 1; day <= 7; day++) await advanceClock(DAY_MS)
      await untilState(service, id, 'expired')
      return id
    }
  },
  {
    name: 'onboarding/business-withdrawn',
    state: 'withdrawn',
    tell: async ({ service }) => {
      const { id } = await registerBusiness(service, noBusiness())
      await service.post(`/v1/onboardings/${id}/withdraw`)
      return id
    }
  },
  {
    name: 'onboarding/business-periodic-review-rejected',
    state: 'rejected',
    tell: async (coffer) => {
      const { service, sandbox } = coffer
      const legalName = `${randomUUID()} ${randomUUID()}`
      const { id, merchantId } = await appliedBusiness(service, legalName)
      await untilState(service, id, 'approved')
      const entries = [{ name: legalName, list: 'sanctions' }]
      await sandbox.admin('PUT', '/screening-list', { version: randomUUID(), entries })
      const found = ({ data }: Record<string, unknown>) =>
        (data as { id: string; state: string }[]).find(({ state }) => state === 'in_review')?.id
      const listed = `/v1/onboardings?merchant_id=${merchantId}`
      const reviewed = found((await service.until(listed, (body) => found(body) !== undefined)).body)!
      await review(coffer, 'reviewer', reviewed, 'reject')
      await review(coffer, 'reviewer_2', reviewed, 'reject')
      return reviewed
    }
  }
]
