import { describe, expect, it } from '@jest/globals'
import { kybVerdict, type KybFindings } from '../../domain/kyb-verdict.ts'
import { defaultPolicy, mergePolicy } from '../../domain/policy/index.ts'

const fine: KybFindings = {
  registry: { kind: 'clear' },
  screening: { list_version: '1', score: 0.2, lists: [] },
  payee: 'match',
  duplicate: false,
  mcc: '5814',
  age: 40,
  document_expired: false
}
const verdict = (over: Partial<KybFindings>) => kybVerdict({ ...fine, ...over }, defaultPolicy)
const screened = (score: number) => ({ screening: { list_version: '1', score, lists: ['sanctions'] as const } })

describe('A verdict on a business', () => {
  it('approves where every finding is plain, also when the account’s name is only close', () => {
    expect(verdict({})).toEqual({ kind: 'approve', risk: 0 })
    expect(verdict({ payee: 'close' })).toEqual({ kind: 'approve', risk: 10 })
  })

  it.each([
    [0.8499, 'approve', undefined],
    [0.85, 'review', 1],
    [0.9499, 'review', 1],
    [0.95, 'review', 2]
  ])('on a name or a person that is like a listed one by %s: %s, reviewers %s', (score, kind, reviewers) => {
    const reached = verdict(screened(score))
    expect([reached.kind, 'reviewers' in reached ? reached.reviewers : undefined]).toEqual([kind, reviewers])
  })

  it.each([
    ['a name that differs', { registry: { kind: 'doubtful', reasons: ['name_differs'] } }, ['registry_doubtful']],
    ['a register that stayed silent', { registry: { kind: 'silent' } }, ['registry_silent']],
    ['a business that is here already', { duplicate: true }, ['duplicate_business']],
    ['an account of somebody else', { payee: 'no_match' }, ['payee_mismatch']],
    ['an account that is closed', { payee: 'closed' }, ['payee_mismatch']],
    ['a representative who is a child', { age: 17 }, ['under_age']],
    ['a paper that is out of date', { document_expired: true }, ['document_expired']],
    ['a risky category', { mcc: '6051' }, ['high_risk_mcc']]
  ] as const)('on %s is a reviewer’s to decide', (_what, over, reasons) => {
    expect(verdict(over)).toMatchObject({ kind: 'review', reviewers: 1, reasons })
  })

  it('rejects a category that is not served, whatever else was found', () => {
    expect(verdict({ mcc: '7995', ...screened(0.97) })).toMatchObject({ kind: 'reject', reasons: ['prohibited_mcc'] })
  })

  it('rejects a dissolved business, unless it is near a list: that a person has to see', () => {
    const registry = { kind: 'rejected', reasons: ['business_dissolved'] } as const
    expect(verdict({ registry })).toMatchObject({ kind: 'reject', reasons: ['registry_rejected'] })
    expect(verdict({ registry, ...screened(0.97) })).toMatchObject({
      kind: 'review',
      reviewers: 2,
      reasons: ['screening', 'registry_rejected']
    })
  })

  it('asks for more when the register does', () => {
    const registry = { kind: 'more', items: ['registration_document'] } as const
    expect(verdict({ registry, mcc: '7995' })).toEqual({ kind: 'collect', items: ['registration_document'] })
  })

  it('goes by the categories that the policy names', () => {
    const policy = mergePolicy({ kyb: { mcc_prohibited: ['5814'], mcc_high_risk: [] } })
    expect(kybVerdict(fine, policy)).toMatchObject({ kind: 'reject' })
    expect(kybVerdict({ ...fine, mcc: '6051' }, policy)).toMatchObject({ kind: 'approve' })
    expect(() => mergePolicy({ kyb: { mcc_prohibited: ['all'] } })).toThrow('kyb.mcc_prohibited')
  })
})
