import { describe, expect, it } from '@jest/globals'
import { defaultPolicy, mergePolicy, paymentPolicy, topUpPolicy } from '../../domain/policy/index.ts'

describe('the default policy', () => {
  it('has the published defaults', () => {
    expect(defaultPolicy.payment).toEqual({
      hold_ms: 7 * 86_400_000,
      confirmation_ms: 5 * 60_000,
      merchant_fee: { bps: 60, fixed: { USD: '10', EUR: '10', GBP: '10', JPY: '15', KWD: '30' } }
    })
    expect(defaultPolicy.limits.tiers[1].per_payment_usd).toBe('50000')
    expect(defaultPolicy.limits.tiers[2].balance_usd).toBe('10000000')
    expect(defaultPolicy.limits.reference_rates).toEqual({ EUR: '1.10', GBP: '1.27', JPY: '0.0067', KWD: '3.25' })
  })

  it('survives JSON, as it has to in a run and in GET /v1/policies', () => {
    expect(JSON.parse(JSON.stringify(defaultPolicy))).toEqual(defaultPolicy)
  })

  it('cannot be changed by whoever reads it', () => {
    expect(() => Object.assign(defaultPolicy.payment.merchant_fee, { bps: 0 })).toThrow(TypeError)
    expect(() => Object.assign(defaultPolicy.bank.inquiry.at_ms, { 0: 1 })).toThrow(TypeError)
  })
})

describe('an override', () => {
  it('replaces what it names and leaves the rest', () => {
    const policy = mergePolicy({
      payment: { merchant_fee: { bps: 0 } },
      limits: { tiers: { 1: { balance_usd: 'unlimited' } } }
    })
    expect(policy.payment).toEqual({
      ...defaultPolicy.payment,
      merchant_fee: { ...defaultPolicy.payment.merchant_fee, bps: 0 }
    })
    expect(policy.limits.tiers[1]).toEqual({ ...defaultPolicy.limits.tiers[1], balance_usd: 'unlimited' })
    expect(policy.bank).toEqual(defaultPolicy.bank)
  })

  it('leaves the defaults as they were', () => {
    mergePolicy({ payment: { hold_ms: 5 } })
    expect(defaultPolicy.payment.hold_ms).toBe(604_800_000)
  })

  it('of an array replaces it, and keeps no hold on the one that was given', () => {
    const given = [1, 2]
    const policy = mergePolicy({ bank: { inquiry: { at_ms: given } } })
    given.push(3)
    expect(policy.bank.inquiry.at_ms).toEqual([1, 2])
  })

  it('may add a currency to the maps by currency', () => {
    const policy = mergePolicy({
      limits: { reference_rates: { CHF: '1.13' } },
      payment: { merchant_fee: { fixed: { CHF: '9' } } }
    })
    expect(policy.limits.reference_rates).toMatchObject({ CHF: '1.13', EUR: '1.10' })
    expect(policy.payment.merchant_fee.fixed).toMatchObject({ CHF: '9', USD: '10' })
  })

  it.each<[unknown, string]>([
    [{ paiment: {} }, 'policy paiment: unknown key'],
    [{ payment: { hold: 1 } }, 'policy payment.hold: unknown key'],
    [{ limits: { tiers: { 4: {} } } }, 'policy limits.tiers.4: unknown key'],
    [{ limits: { reference_rates: { ABC: '1' } } }, 'policy limits.reference_rates.ABC: unknown key'],
    [{ limits: { reference_rates: { USD: '2' } } }, 'policy limits.reference_rates.USD: unknown key'],
    [{ bank: { inquiry: { at_ms: [1], 0: 1 } } }, 'policy bank.inquiry.0: unknown key']
  ])('with an unknown key is refused by its path: %j', (overrides, message) => {
    expect(() => mergePolicy(overrides)).toThrow(message)
  })

  it.each<[unknown, string]>([
    [null, 'policy (root)'],
    [[], 'policy (root)'],
    ['text', 'policy (root)'],
    [{ payment: null }, 'policy payment:'],
    [{ payment: [] }, 'policy payment:'],
    [{ payment: { hold_ms: '1' } }, 'policy payment.hold_ms'],
    [{ payment: { hold_ms: 0 } }, 'policy payment.hold_ms'],
    [{ payment: { hold_ms: 0.5 } }, 'policy payment.hold_ms'],
    [{ payment: { hold_ms: null } }, 'policy payment.hold_ms'],
    [{ payment: { hold_ms: { ms: 1 } } }, 'policy payment.hold_ms'],
    [{ payment: { merchant_fee: { bps: 10_001 } } }, 'policy payment.merchant_fee.bps'],
    [{ payment: { merchant_fee: { fixed: { USD: 10 } } } }, 'policy payment.merchant_fee.fixed.USD'],
    [{ payment: { merchant_fee: { fixed: { USD: '-1' } } } }, 'policy payment.merchant_fee.fixed.USD'],
    [{ payment: { merchant_fee: { fixed: { USD: 'unlimited' } } } }, 'policy payment.merchant_fee.fixed.USD'],
    [{ limits: { tiers: { 1: { per_day_usd: '01' } } } }, 'policy limits.tiers.1.per_day_usd'],
    [{ limits: { tiers: { 1: { per_day_usd: 'none' } } } }, 'policy limits.tiers.1.per_day_usd'],
    [{ limits: { reference_rates: { EUR: '0.00' } } }, 'policy limits.reference_rates.EUR'],
    [{ limits: { reference_rates: { EUR: '1e3' } } }, 'policy limits.reference_rates.EUR'],
    [{ limits: { reference_rates: { EUR: 1.1 } } }, 'policy limits.reference_rates.EUR'],
    [{ bank: { inquiry: { at_ms: [] } } }, 'policy bank.inquiry.at_ms'],
    [{ bank: { inquiry: { at_ms: [5, 5] } } }, 'policy bank.inquiry.at_ms'],
    [{ bank: { inquiry: { at_ms: { 0: 5 } } } }, 'policy bank.inquiry.at_ms'],
    [{ pin: { digits: 3 } }, 'policy pin.digits'],
    [{ pin: { common: [123456] } }, 'policy pin.common'],
    [{ access: { login_failures: { max: 0 } } }, 'policy access.login_failures.max']
  ])('with an unfit value is refused by its path: %j', (overrides, path) => {
    expect(() => mergePolicy(overrides)).toThrow(path)
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'cannot reach the prototype through %s',
    (key) => {
      const poison = JSON.parse(`{"payment": {"merchant_fee": {"fixed": {"${key}": {"bps": 1}}}}}`) as unknown
      expect(() => mergePolicy(poison)).toThrow(TypeError)
      expect(() => mergePolicy(JSON.parse(`{"${key}": {"polluted": 1}}`))).toThrow(`policy ${key}: unknown key`)
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    }
  )

  it('may turn the count rule to every payment', () => {
    expect(mergePolicy({ step_up: { payments_since: 0 } }).step_up.payments_since).toBe(0)
  })
})

describe('the snapshot of a run', () => {
  it('of a payment holds the payment, limit, step-up and risk numbers only', () => {
    expect(Object.keys(paymentPolicy(defaultPolicy)).sort()).toEqual(
      ['confirmation_ms', 'hold_ms', 'limits', 'merchant_fee', 'risk', 'step_up'].sort()
    )
  })

  it('of a top-up holds the bank, limit and risk numbers only, well below what a history should carry', () => {
    expect(Object.keys(topUpPolicy(defaultPolicy)).sort()).toEqual(
      [
        'inquiry',
        'inquiry_timeout_ms',
        'limits',
        'risk',
        'send_timeout_ms',
        'stuck_sla_ms',
        'write_off_four_eyes_usd'
      ].sort()
    )
    expect(JSON.stringify(topUpPolicy(defaultPolicy)).length).toBeLessThan(1_000)
    expect(JSON.stringify(paymentPolicy(defaultPolicy)).length).toBeLessThan(1_000)
  })
})
