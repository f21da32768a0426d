import { describe, expect, it } from '@jest/globals'
import { bankLinkStates, nextOfLink, requirementOf, type LinkStanding } from '../../domain/bank-link.ts'

const link = (over: Partial<LinkStanding> = {}): LinkStanding => ({
  method: 'instant',
  holderMatch: null,
  holderConfirmed: false,
  depositsBooked: 0,
  ...over
})
const micro = (over: Partial<LinkStanding>) => link({ method: 'micro_deposits', holderMatch: 'match', ...over })

describe('A bank link', () => {
  it('first asks the bank to compare the names', () => {
    expect(nextOfLink(link())).toBe('payee')
    expect(requirementOf(link())).toBeNull()
  })

  it('whose holder is close waits for the customer to confirm it, and for nothing else', () => {
    expect(requirementOf(micro({ holderMatch: 'close', depositsBooked: 2 }))).toBe('confirm_holder')
    expect(nextOfLink(link({ holderMatch: 'close' }))).toBe('customer')
    expect(nextOfLink(link({ holderMatch: 'close', holderConfirmed: true }))).toBe('ownership')
  })

  it('by micro-deposits waits for the amounts once both are booked', () => {
    expect([0, 1, 2].map((depositsBooked) => nextOfLink(micro({ depositsBooked })))).toEqual([
      'deposits',
      'deposits',
      'customer'
    ])
    expect(requirementOf(micro({ depositsBooked: 2 }))).toBe('verify_amounts')
  })

  it('ends linked, failed, expired or canceled, and is never opened again', () => {
    expect([...bankLinkStates.terminal].sort()).toEqual(['canceled', 'expired', 'failed', 'linked'])
    expect(bankLinkStates.isLegal('linked', 'verifying')).toBe(false)
  })
})
