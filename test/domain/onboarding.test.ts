import { describe, expect, it } from '@jest/globals'
import { kycItems, missingItems, nextOfCollecting } from '../../domain/onboarding.ts'
import { defaultPolicy } from '../../domain/policy/index.ts'

const DAY_MS = 86_400_000

describe('What is missing', () => {
  it('for tier 1 is who somebody is, for tier 2 also where they live and where their money comes from', () => {
    expect(missingItems(1, [])).toEqual(['contact', 'name', 'birth_date', 'document', 'selfie'])
    expect(missingItems(2, missingItems(1, []))).toEqual(['address', 'source_of_funds'])
    expect(missingItems(2, kycItems)).toEqual([])
  })

  it('includes what a provider asked for besides, once', () => {
    expect(missingItems(1, ['contact', 'name', 'birth_date', 'selfie'], ['document', 'proof_of_address'])).toEqual([
      'document',
      'proof_of_address'
    ])
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
