import { describe, expect, it } from '@jest/globals'
import { reasonOf, shareOfMerchant } from '../../domain/chargeback.ts'
import { goodwillFault, merchantDebtFault } from '../../domain/concession.ts'

describe('An issuer’s reason', () => {
  it.each([
    ['fraud', 'fraud'],
    ['10.4', 'fraud'],
    ['11.1', 'fraud'],
    ['12.5', 'wrong_amount'],
    ['12.6', 'duplicate'],
    ['13.1', 'not_received'],
    ['13.3', 'not_as_described'],
    ['13.6', 'credit_not_processed'],
    ['4837', 'fraud'],
    ['4855', 'not_received'],
    ['something_new', 'not_as_described']
  ])('%s is a dispute for %s', (code, reason) => {
    expect(reasonOf(code)).toBe(reason)
  })
})

describe('What the merchant answers for', () => {
  const payment = { captured: 1_000n, refunded: 0n, disputed: 0n, returned: 0n }

  it.each([
    [1_000n, {}, 1_000n],
    [400n, {}, 400n],
    [1_000n, { refunded: 300n }, 700n],
    [400n, { refunded: 300n, disputed: 500n }, 200n],
    [400n, { refunded: 300n, disputed: 700n }, 0n],
    [400n, { refunded: 1_000n, returned: 200n }, 0n]
  ])('of %s is what is left of the payment after %j', (amount, given, share) => {
    expect(shareOfMerchant(amount, { ...payment, ...given })).toBe(share)
  })
})

describe('Goodwill', () => {
  const lost = { state: 'won', ending: 'won', amount: 500n, goodwill: 0n, isFollowed: false } as const

  it('is given once, up to what was disputed, where the merchant has won and nothing follows', () => {
    expect(goodwillFault(lost, 500n)).toBeUndefined()
    expect(goodwillFault(lost, 501n)).toMatchObject({ code: 'amount_not_disputable', data: { remaining: '500' } })
    expect(goodwillFault({ ...lost, goodwill: 1n }, 100n)).toMatchObject({ data: { reason: 'given' } })
    expect(goodwillFault({ ...lost, isFollowed: true }, 100n)).toMatchObject({ data: { reason: 'second_stage' } })
    for (const state of ['lost', 'accepted', 'withdrawn', 'under_review'] as const)
      expect(goodwillFault({ ...lost, state, ending: null }, 100n)).toMatchObject({ code: 'state_conflict' })
  })
})

describe('What a merchant owes', () => {
  it('is given up as far as it goes, once they have nothing with us', () => {
    expect(merchantDebtFault({ payable: 0n, reserve: 0n, receivable: 300n }, 300n)).toBeUndefined()
    expect(merchantDebtFault({ payable: 0n, reserve: 0n, receivable: 300n }, 301n)).toMatchObject({
      code: 'amount_not_disputable'
    })
    expect(merchantDebtFault({ payable: 1n, reserve: 0n, receivable: 300n }, 300n)?.code).toBe('state_conflict')
    expect(merchantDebtFault({ payable: 0n, reserve: 1n, receivable: 300n }, 300n)?.code).toBe('state_conflict')
  })
})
