import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { currency } from '../../domain/currencies.ts'
import { Refusal } from '../../domain/errors.ts'
import { merchantFee } from '../../domain/merchant-fee.ts'
import {
  captureDecision,
  expiryDecision,
  voidDecision,
  type CaptureDecision,
  type CaptureOrder,
  type HeldPayment
} from '../../domain/payment-rules.ts'
import { paymentStates } from '../../domain/payment.ts'
import { defaultPolicy } from '../../domain/policy/index.ts'

const end = new Date('2026-11-28T12:00:00.000Z')
const before = new Date(end.getTime() - 1)
const fee = defaultPolicy.payment.merchant_fee
const held = (more: Partial<HeldPayment> = {}): HeldPayment => ({
  state: 'requires_capture',
  currency: currency('USD'),
  authorized: 10_000n,
  captured: 0n,
  captureBefore: end,
  ...more
})
const capture = (payment: HeldPayment, order: CaptureOrder, now = before) => captureDecision(payment, order, now, fee)
const granted = <D>(decision: D | Refusal): D => {
  if (decision instanceof Refusal) throw decision
  return decision
}
const refused = (decision: unknown) => {
  if (!(decision instanceof Refusal)) throw new Error('expected a refusal')
  return { code: decision.code, data: decision.data }
}

describe('a capture', () => {
  it('without an amount takes the remainder and is final', () => {
    const decision: CaptureDecision = { amount: 7_000n, final: true, released: 0n, feeDelta: 42n, path: ['succeeded'] }
    expect(capture(held({ captured: 3_000n }), {})).toEqual(decision)
  })

  it('with an amount below the remainder leaves the hold open and crosses no arrow', () => {
    const decision: CaptureDecision = { amount: 3_000n, final: false, released: 0n, feeDelta: 28n, path: [] }
    expect(capture(held(), { amount: 3_000n })).toEqual(decision)
  })

  it('with an amount and final gives the rest back', () => {
    expect(capture(held(), { amount: 3_000n, final: true })).toMatchObject({
      released: 7_000n,
      final: true,
      path: ['succeeded']
    })
  })

  it('of the last unit is final even when it says that it is not', () => {
    const decision = granted(capture(held({ captured: 3_000n }), { amount: 7_000n, final: false }))
    expect(decision).toMatchObject({ final: true, released: 0n, path: ['succeeded'] })
  })

  it('of the remainder that says it is not final is final all the same', () => {
    expect(capture(held(), { final: false })).toMatchObject({ amount: 10_000n, final: true })
  })

  it.each([
    [6_999n, true],
    [7_000n, true],
    [7_001n, false]
  ])('of %d from a remainder of 7000 is allowed: %s', (amount, allowed) => {
    const decision = capture(held({ captured: 3_000n }), { amount })
    expect(decision instanceof Refusal).toBe(!allowed)
    if (!allowed) expect(refused(decision)).toEqual({ code: 'amount_exceeds_hold', data: { remaining: '7000' } })
  })

  it.each([0n, -1n])('of %d is refused', (amount) => {
    expect(refused(capture(held(), { amount })).code).toBe('invalid_request')
  })

  it('one millisecond before the end of the hold is in time, at the end it is not', () => {
    expect(capture(held(), {}, before)).not.toBeInstanceOf(Refusal)
    expect(refused(capture(held(), {}, end)).code).toBe('hold_expired')
  })

  it.each(paymentStates.all.filter((state) => state !== 'requires_capture'))(
    'of a payment that is %s is refused',
    (state) => {
      expect(refused(capture(held({ state }), {}))).toEqual({ code: 'state_conflict', data: { state } })
    }
  )

  it('in any parts takes at most the hold, and its fees sum to the fee of what was captured', () => {
    const parts = fc.array(fc.record({ amount: fc.bigInt(1n, 6_000n), final: fc.boolean() }), { maxLength: 8 })
    fc.assert(
      fc.property(parts, (orders) => {
        let payment = held()
        let fees = 0n
        for (const order of orders) {
          const decision = capture(payment, order)
          if (decision instanceof Refusal) {
            const full = payment.state === 'succeeded'
            expect(decision.code).toBe(full ? 'state_conflict' : 'amount_exceeds_hold')
            continue
          }
          fees += decision.feeDelta
          const state = paymentStates.assertPath(payment.state, decision.path)
          payment = held({ captured: payment.captured + decision.amount, state: state as HeldPayment['state'] })
          expect(payment.state === 'succeeded').toBe(decision.final)
          expect(payment.captured + decision.released <= payment.authorized).toBe(true)
        }
        expect(fees).toBe(merchantFee(payment.captured, payment.currency, fee))
      })
    )
  })
})

describe('a void', () => {
  it('of an untouched hold cancels the payment and gives everything back', () => {
    expect(voidDecision(held())).toEqual({ released: 10_000n, path: ['canceled'] })
  })

  it('after a capture ends the payment as succeeded and gives the rest back', () => {
    expect(voidDecision(held({ captured: 1n }))).toEqual({ released: 9_999n, path: ['succeeded'] })
  })

  it('of a payment that is over is refused', () => {
    expect(refused(voidDecision(held({ state: 'canceled' }))).code).toBe('state_conflict')
  })
})

describe('an expiry', () => {
  it('of an untouched hold expires the payment', () => {
    expect(expiryDecision(held(), end)).toEqual({ released: 10_000n, path: ['expired'] })
  })

  it('after a capture ends the payment as succeeded', () => {
    expect(expiryDecision(held({ captured: 9_999n }), end)).toEqual({ released: 1n, path: ['succeeded'] })
  })

  it('before its time is refused', () => {
    expect(refused(expiryDecision(held(), before)).code).toBe('state_conflict')
  })

  it('of a payment that succeeded meanwhile is refused', () => {
    expect(refused(expiryDecision(held({ state: 'succeeded' }), end)).code).toBe('state_conflict')
  })
})

it('a hold that was captured beyond its amount is a mistake, not a decision', () => {
  expect(() => capture(held({ captured: 10_001n }), {})).toThrow(RangeError)
})
