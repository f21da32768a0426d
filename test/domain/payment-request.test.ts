import { describe, expect, it } from '@jest/globals'
import { idOf } from '../../domain/ids.ts'
import { isOver, paymentRequestCounters, paymentRequestStates, refusalToPay } from '../../domain/payment-request.ts'
import { defaultPolicy, paymentRequestPolicy } from '../../domain/policy/index.ts'

const now = new Date('2026-11-22T09:00:00.000Z')
const later = new Date(now.getTime() + 1)

describe('A payment request', () => {
  it('begins open, and ends paid, expired or canceled, for good', () => {
    const { all, terminal, isLegal } = paymentRequestStates
    const arrows = (['start', ...all] as const).flatMap((from) =>
      all.filter((to) => isLegal(from, to)).map((to) => `${from} → ${to}`)
    )
    expect(arrows.sort()).toEqual(['open → canceled', 'open → expired', 'open → paid', 'start → open'])
    expect([...terminal].sort()).toEqual(['canceled', 'expired', 'paid'])
  })

  it.each([
    ['open', later, undefined],
    ['open', now, 'payment_request_expired'],
    ['paid', later, 'payment_request_paid'],
    ['paid', now, 'payment_request_paid'],
    ['canceled', later, 'payment_request_canceled'],
    ['expired', now, 'payment_request_expired']
  ] as const)('that is %s, and runs out at %s, is refused to a payer by: %s', (state, expiresAt, code) => {
    expect(refusalToPay({ state, expiresAt, reservedBy: null }, now)).toBe(code)
  })

  it('that money is on its way for is kept for that one, and does not run out meanwhile', () => {
    const request = { state: 'open', expiresAt: now, reservedBy: idOf('pay', `pay_${'0'.repeat(32)}`) } as const
    expect(refusalToPay(request, now)).toBe('payment_request_reserved')
    expect([isOver(request, now), isOver({ ...request, reservedBy: null }, now)]).toEqual([false, true])
  })

  it('may be paid for 15 minutes to 90 days, and for a day where nobody says how long', () => {
    expect(paymentRequestPolicy(defaultPolicy)).toEqual({
      expiry_min_ms: 900_000,
      expiry_max_ms: 7_776_000_000,
      expiry_default_ms: 86_400_000
    })
  })

  it('for many payments has counters of its own, each under another name', () => {
    const names = Object.values(paymentRequestCounters('prq_1'))
    expect(new Set(names).size).toBe(4)
    for (const name of names) expect(name).toMatch(/^payment-request\/prq_1\//)
  })
})
