import { describe, expect, it } from '@jest/globals'
import { declineCodeOf } from '../../domain/bank-decline.ts'

describe("A bank's reason", () => {
  it.each(['insufficient_funds', 'account_closed', 'invalid_bank_account'])('%s is ours as well', (code) => {
    expect(declineCodeOf(code)).toBe(code)
  })

  it('of a fenced reference says that the bank never received it', () => {
    expect(declineCodeOf('reference_fenced')).toBe('bank_not_received')
  })

  it.each(['moon_too_full', '', 'constructor', 'wallet_frozen'])(
    '%p that no bank has told us of is bank_declined',
    (code) => {
      expect(declineCodeOf(code)).toBe('bank_declined')
    }
  )
})
