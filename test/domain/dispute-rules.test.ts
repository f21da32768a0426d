import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { currency } from '../../domain/currencies.ts'
import {
  chargebackFee,
  creditDueAt,
  disputable,
  disputeFault,
  partOf,
  reviewersOf,
  type DisputableFacts
} from '../../domain/dispute-rules.ts'
import { beginsWithInquiry, disputeReasons, outcomeOf } from '../../domain/dispute.ts'
import { looksLike } from '../../domain/evidence.ts'
import { defaultPolicy, disputePolicy } from '../../domain/policy/index.ts'

const DAY_MS = 86_400_000
const policy = disputePolicy(defaultPolicy)
const [USD, JPY] = [currency('USD'), currency('JPY')]
const at = new Date('2026-11-02T10:00:00.000Z')
const ago = (days: number) => new Date(at.getTime() - days * DAY_MS)

const paid = { captured: 10_000n, refunded: 0n, disputed: 0n, returned: 0n, createdAt: ago(1) }
const facts = (payment: object = {}, more: object = {}): DisputableFacts => ({
  payment: { state: 'succeeded', ...paid, ...payment },
  decided: 0n,
  chargedBack: false,
  now: at,
  ...more
})

describe('What can be disputed of a payment', () => {
  it.each([
    ['all that was captured', {}, {}, 10_000n],
    ['less what was refunded', { refunded: 2_500n }, {}, 7_500n],
    ['less what is disputed already', { disputed: 4_000n }, {}, 6_000n],
    ['less what its bank has taken back', { returned: 10_000n }, {}, 0n],
    ['less what merchants have won', {}, { decided: 3_000n }, 7_000n],
    ['and never less than nothing', { refunded: 6_000n, returned: 10_000n }, {}, 0n]
  ])('is %s', (_what, payment, more, remaining) => {
    expect(disputable(facts(payment, more), policy)).toEqual({ remaining })
  })

  it.each([
    ['that is not over', { state: 'requires_capture' }, {}, 'state_conflict'],
    ['that a card holder has had taken back', {}, { chargedBack: true }, 'state_conflict'],
    ['that is 121 days old', { createdAt: ago(121) }, {}, 'dispute_window_over'],
    ['whose dispute is none', {}, { previous: null }, 'state_conflict']
  ])('is nothing of one %s', (_what, payment, more, code) => {
    expect(disputable(facts(payment, more), policy)).toMatchObject({ code })
  })

  it('is in a second stage what the first was about, within 10 days, once', () => {
    const won = { state: 'won', amount: 4_000n, endedAt: ago(9), isSecondStage: false, hasSuccessor: false } as const
    const second = (more: object) => disputable(facts({}, { decided: 4_000n, previous: { ...won, ...more } }), policy)
    expect(second({})).toEqual({ remaining: 4_000n })
    expect(second({ endedAt: ago(11) })).toMatchObject({ code: 'dispute_window_over' })
    for (const more of [{ state: 'lost' }, { isSecondStage: true }, { hasSuccessor: true }])
      expect(second(more)).toMatchObject({ code: 'state_conflict' })
  })

  it('is named where too much is asked for', () => {
    expect(disputeFault(facts(), 10_000n, policy)).toBeUndefined()
    const wanted = { code: 'amount_not_disputable', data: { remaining: '10000' } }
    for (const amount of [10_001n, 0n]) expect(disputeFault(facts(), amount, policy)).toEqual(wanted)
  })
})

describe('A provisional credit', () => {
  const old = { zone: 'America/New_York', createdAt: ago(400) }
  const due = (amount: bigint, customer = old, code = USD) =>
    creditDueAt({ amount, currency: code, openedAt: at }, customer, policy).toISOString()

  it('is due on business day 10, and on day 20 for an account younger than 30 days; holidays do not count', () => {
    // Veterans Day is among them; Thanksgiving as well in the longer time.
    expect(due(5_000n)).toBe('2026-11-17T10:00:00.000Z')
    expect(due(5_000n, { ...old, createdAt: ago(29) })).toBe('2026-12-02T10:00:00.000Z')
    expect(due(5_000n, { zone: 'Europe/Berlin', createdAt: ago(30) })).toBe('2026-11-16T10:00:00.000Z')
  })

  it('is given at once below 50 USD, at the reference rates', () => {
    expect(due(4_999n)).toBe(at.toISOString())
    // 50 USD are 7,462.7 yen.
    expect(due(7_462n, old, JPY)).toBe(at.toISOString())
    expect(due(7_463n, old, JPY)).not.toBe(at.toISOString())
  })
})

describe('A dispute', () => {
  it('is decided by two reviewers above 1,000 USD, and costs 15.00 USD', () => {
    expect([100_000n, 100_001n].map((amount) => reviewersOf({ amount, currency: USD }, policy))).toEqual([1, 2])
    expect([USD, JPY, currency('CHF')].map((each) => chargebackFee(each, policy))).toEqual([1_500n, 2_200n, 0n])
  })

  it('begins with a question unless somebody else has paid, or it was asked before', () => {
    const formal = disputeReasons.filter((reason) => !beginsWithInquiry(reason, false))
    expect(formal).toEqual(['fraud', 'unauthorized'])
    expect(disputeReasons.some((reason) => beginsWithInquiry(reason, true))).toBe(false)
  })

  it('is right for one party, once that is decided', () => {
    expect(outcomeOf('expired', null)).toBe('customer')
    expect(outcomeOf('under_review', 'won')).toBe('merchant')
    expect(outcomeOf('withdrawn', 'withdrawn')).toBeUndefined()
  })

  it('takes of an account no more than it has, and no more than is wanted', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10_000n), fc.bigInt(-10_000n, 10_000n), (total, available) => {
        const part = partOf(total, available)
        return (
          part >= 0n && part <= total && (part === 0n || part <= available) && (part === total || part >= available)
        )
      })
    )
  })
})

describe('A file', () => {
  it.each([
    ['application/pdf', '%PDF-1.7', true],
    ['application/pdf', 'MZ', false],
    ['text/plain', 'Grüße', true],
    ['text/plain', 'a\0b', false],
    ['image/png', '\x89PNG', false]
  ] as const)('said to be %s is known by its bytes: %j', (type, content, isSo) => {
    expect(looksLike(type, Buffer.from(content))).toBe(isSo)
  })
})
