import { describe, expect, it } from '@jest/globals'
import { currency } from '../../domain/currencies.ts'
import { defaultPolicy } from '../../domain/policy/index.ts'
import { decideAcceptance, type AcceptanceFacts } from '../../domain/top-up-acceptance.ts'

/** A customer of tier 1 with an empty wallet: 5,000.00 USD may be held. */
const facts: AcceptanceFacts = {
  amount: 10_000n,
  currency: currency('USD'),
  customerMayPay: true,
  walletState: 'active',
  source: 'usable',
  owes: false,
  automatic: false,
  suspended: false,
  limitPolicy: 1,
  posted: 0n,
  onTheWay: 0n,
  now: new Date('2026-11-11T12:00:00.000Z'),
  reviewed: false,
  riskRules: [],
  earlier: []
}
const codeOf = (over: Partial<AcceptanceFacts>) => {
  const decision = decideAcceptance({ ...facts, ...over }, defaultPolicy)
  return decision.kind === 'decline' ? decision.code : decision.kind
}

describe('The acceptance of a top-up', () => {
  it('counts what is held and what is on its way, and reaches the limit to the cent', () => {
    const nearly = { posted: 300_000n, onTheWay: 190_000n }
    expect(codeOf({ ...nearly, amount: 9_999n })).toBe('accept')
    expect(codeOf({ ...nearly, amount: 10_000n })).toBe('accept')
    expect(codeOf({ ...nearly, amount: 10_001n })).toBe('balance_limit_exceeded')
  })

  it('hands the limit on to the unit of work, which tests it again under the lock', () => {
    expect(decideAcceptance(facts, defaultPolicy)).toEqual({ kind: 'accept', balanceLimit: 500_000n })
    expect(decideAcceptance({ ...facts, limitPolicy: 'unlimited' }, defaultPolicy)).toEqual({
      kind: 'accept',
      balanceLimit: null
    })
  })

  it('measures a wallet in another currency at the reference rate, rounded down', () => {
    // 5,000 USD at 1.27 = 3,937.007… GBP.
    const pounds = { currency: currency('GBP') }
    expect(codeOf({ ...pounds, amount: 393_700n })).toBe('accept')
    expect(codeOf({ ...pounds, amount: 393_701n })).toBe('balance_limit_exceeded')
  })

  it.each([
    ['a kill switch', { suspended: true }, 'rail_suspended'],
    ['a closed wallet', { walletState: 'closed' as const }, 'account_closed'],
    ['a frozen wallet', { walletState: 'frozen' as const }, 'wallet_frozen'],
    ['a suspended customer', { customerMayPay: false }, 'wallet_frozen'],
    ['a bank account that is not linked', { source: 'closed' as const }, 'account_closed'],
    ['a suspended bank account', { source: 'suspended' as const }, 'bank_account_suspended'],
    ['a card that has expired', { source: 'expired' as const }, 'card_expired'],
    ['tier 0', { limitPolicy: 0 as const, amount: 1n }, 'balance_limit_exceeded']
  ])('declines for %s with a code of its own', (_, over, code) => {
    expect(codeOf(over)).toBe(code)
  })
})
