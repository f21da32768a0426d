import { describe, expect, it } from '@jest/globals'
import { ageOn, kycVerdict, reviewOutcome, type KycFindings } from '../../domain/kyc-verdict.ts'
import { defaultPolicy } from '../../domain/policy/index.ts'

const fine: KycFindings = {
  identity: { kind: 'clear' },
  screening: { list_version: '1', score: 0.2, lists: [] },
  age: 40,
  duplicate: false
}
const verdict = (over: Partial<KycFindings>) => kycVerdict({ ...fine, ...over }, defaultPolicy)
const screened = (score: number, lists: KycFindings['screening']['lists'] = ['sanctions']) => ({
  screening: { list_version: '1', score, lists }
})

describe('A verdict on who a customer is', () => {
  it('approves where every finding is plain', () => {
    expect(verdict({})).toEqual({ kind: 'approve', risk: 0 })
  })

  it.each([
    [0.8499, 'approve', undefined],
    [0.85, 'review', 1],
    [0.9499, 'review', 1],
    [0.95, 'review', 2],
    [1, 'review', 2]
  ])('on a name that is like a listed one by %s: %s, reviewers %s', (score, kind, reviewers) => {
    const reached = verdict(screened(score))
    expect([reached.kind, 'reviewers' in reached ? reached.reviewers : undefined]).toEqual([kind, reviewers])
  })

  it.each([
    [17, 'reject'],
    [18, 'approve']
  ])('at the age of %s: %s', (age, kind) => {
    expect(verdict({ age }).kind).toBe(kind)
  })

  it.each([
    ['a document in doubt', { identity: { kind: 'doubtful', reasons: ['blurred'] } }, ['identity_doubtful']],
    ['a bureau that stayed silent', { identity: { kind: 'silent' } }, ['identity_silent']],
    ['somebody who is here already', { duplicate: true }, ['duplicate_person']]
  ] as const)('on %s is a reviewer’s to decide', (_what, over, reasons) => {
    expect(verdict(over)).toMatchObject({ kind: 'review', reviewers: 1, reasons })
  })

  it('for tier 3 is the decision of two reviewers, also where every finding is plain; what a machine rejects stays so', () => {
    const asked = { kind: 'review', reviewers: 2, reasons: ['tier_by_decision'] }
    expect(kycVerdict(fine, defaultPolicy, 3)).toMatchObject(asked)
    expect(kycVerdict({ ...fine, age: 17 }, defaultPolicy, 3)).toMatchObject({ kind: 'reject' })
  })

  it('on a forged document rejects, unless the name is on a list: that a person has to see', () => {
    const identity = { kind: 'rejected', reasons: ['document_forged'] } as const
    expect(verdict({ identity })).toMatchObject({ kind: 'reject', reasons: ['identity_rejected'] })
    expect(verdict({ identity, ...screened(0.97) })).toMatchObject({ kind: 'review', reviewers: 2 })
  })

  it('asks for more when the bureau does, whatever else was found', () => {
    const identity = { kind: 'more', items: ['proof_of_address'] } as const
    expect(verdict({ identity, ...screened(0.97) })).toEqual({ kind: 'collect', items: ['proof_of_address'] })
  })

  it('sends a risk that adds up to a reviewer, though each finding alone would pass', () => {
    const young = { age: 19, ...screened(0.84, ['pep']) }
    expect(verdict(young)).toMatchObject({ kind: 'review', reviewers: 1, reasons: [], risk: 75 })
    expect(verdict(screened(0.84, ['pep']))).toMatchObject({ kind: 'review', risk: 65 })
    expect(verdict({ age: 19 })).toEqual({ kind: 'approve', risk: 10 })
    // Chance: half of all names are so like some listed one.
    expect(verdict({ age: 19, ...screened(0.65, ['pep']) })).toEqual({ kind: 'approve', risk: 10 })
  })
})

describe('An age', () => {
  it.each([
    ['2026-11-21', '2008-11-22', 17],
    ['2026-11-22', '2008-11-22', 18],
    ['2026-02-28', '2008-02-29', 17],
    ['2026-03-01', '2008-02-29', 18],
    ['2028-02-29', '2008-02-29', 20]
  ])('on %s of who was born on %s is %s', (day, born, age) => {
    expect(ageOn(day, born)).toBe(age)
  })
})

describe('Reviewers', () => {
  const said = (...verdicts: [string, 'approve' | 'reject'][]) =>
    verdicts.map(([actor, verdict]) => ({ actor, verdict }))

  it.each([
    [1, said(['a', 'approve']), 'approve'],
    [1, said(['a', 'reject']), 'reject'],
    [2, said(['a', 'approve']), undefined],
    [2, said(['a', 'approve'], ['a', 'approve']), undefined],
    [2, said(['a', 'approve'], ['b', 'reject']), undefined],
    [2, said(['a', 'approve'], ['b', 'reject'], ['c', 'reject']), 'reject'],
    [2, said(['a', 'approve'], ['b', 'approve']), 'approve']
  ] as const)('of whom %s have to agree, who said %j: %s', (reviewers, verdicts, outcome) => {
    expect(reviewOutcome(verdicts, reviewers)).toBe(outcome)
  })
})
