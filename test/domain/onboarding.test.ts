import { describe, expect, it } from '@jest/globals'
import {
  kybItems,
  kycItems,
  missingItems,
  nextOfCollecting,
  type KycItem,
  type TargetTier
} from '../../domain/onboarding.ts'
import { defaultPolicy } from '../../domain/policy/index.ts'

const DAY_MS = 86_400_000

const application = (targetTier: TargetTier, extra: readonly KycItem[] = []) =>
  ({ targetTier, purpose: 'application', extra }) as const

describe('What is missing', () => {
  it('for tier 1 is who somebody is, for tier 2 also where they live and where their money comes from', () => {
    expect(missingItems(application(1), [])).toEqual(['contact', 'name', 'birth_date', 'document', 'selfie'])
    expect(missingItems(application(2), missingItems(application(1), []))).toEqual(['address', 'source_of_funds'])
    expect(missingItems(application(2), kycItems)).toEqual([])
  })

  it('for tier 3 is also a proof of where they live', () => {
    expect(missingItems(application(3), missingItems(application(2), []))).toEqual(['proof_of_address'])
  })

  it('includes what a provider asked for besides, once', () => {
    const asked = application(1, ['document', 'proof_of_address'])
    expect(missingItems(asked, ['contact', 'name', 'birth_date', 'selfie'])).toEqual(['document', 'proof_of_address'])
  })

  it('for a business is who it is, who owns it, who signs for it, where it is paid to, and that it agrees', () => {
    const business = { targetTier: null, purpose: 'application', extra: [] } as const
    expect(missingItems(business, [])).toEqual(kybItems)
    expect(missingItems(business, ['business_profile', 'terms'])).toEqual([
      'registration_document',
      'beneficial_owners',
      'representative',
      'settlement_account'
    ])
    expect(missingItems({ ...business, purpose: 'periodic_review' }, [])).toEqual([])
  })

  it('of a periodic review is nothing but what a reviewer asks for', () => {
    const review = { ...application(2), purpose: 'periodic_review' } as const
    expect(missingItems(review, [])).toEqual([])
    expect(missingItems({ ...review, extra: ['selfie'] }, [])).toEqual(['selfie'])
  })
})

describe('While something is missing', () => {
  it.each([
    [0, 'remind', 1],
    [1, 'remind', 3],
    [2, 'remind', 6],
    [3, 'expire', 7],
    [9, 'expire', 7]
  ] as const)('after %s reminders comes: %s, on day %s', (sent, kind, day) => {
    expect(nextOfCollecting(sent, defaultPolicy.kyc)).toEqual({ kind, atMs: day * DAY_MS })
  })
})
