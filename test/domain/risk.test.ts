import { describe, expect, it } from '@jest/globals'
import { currency } from '../../domain/currencies.ts'
import { idOf } from '../../domain/ids.ts'
import { defaultPolicy } from '../../domain/policy/index.ts'
import { findingOf, ruleFinding, strictest, structuringFinding, type RiskRule } from '../../domain/risk.ts'

const USD = currency('USD')
const HOUR_MS = 3_600_000
const now = new Date('2026-11-11T12:00:00.000Z')
const ago = (hours: number) => new Date(now.getTime() - hours * HOUR_MS)
const policy = { ...defaultPolicy.risk, limits: defaultPolicy.limits }

/** Whether an amount in US cents is held up after earlier ones, each with the hours since. */
const structured = (amount: bigint, earlier: readonly [bigint, number][], limitPolicy: 2 | 'unlimited' = 2) =>
  structuringFinding(
    {
      amount,
      currency: USD,
      limitPolicy,
      earlier: earlier.map(([each, hours]) => ({ amount: each, at: ago(hours) })),
      now
    },
    policy
  )?.inputs

describe('Structuring (a threshold of 10,000 USD)', () => {
  /** A week that leaves the sum alone: only the third rule-of-three decides. */
  const roomy = { ...policy, structuring: { ...policy.structuring, sum_window_ms: 1 } }
  const near = (amount: bigint, earlier: readonly [bigint, number][]) =>
    structuringFinding(
      {
        amount,
        currency: USD,
        limitPolicy: 2,
        earlier: earlier.map(([each, h]) => ({ amount: each, at: ago(h) })),
        now
      },
      roomy
    )

  it.each<[string, bigint, [bigint, number][], boolean]>([
    [
      'the third at exactly 80 %',
      800_000n,
      [
        [800_000n, 1],
        [1_000_000n, 23]
      ],
      true
    ],
    [
      'the third a cent below 80 %',
      799_999n,
      [
        [800_000n, 1],
        [900_000n, 2]
      ],
      false
    ],
    [
      'the third where one of them was a cent below',
      800_000n,
      [
        [799_999n, 1],
        [900_000n, 2]
      ],
      false
    ],
    ['the second', 900_000n, [[900_000n, 1]], false],
    [
      'the third, a day after the first',
      900_000n,
      [
        [900_000n, 1],
        [900_000n, 24]
      ],
      false
    ],
    [
      'one above the threshold, which is plain to see',
      1_000_001n,
      [
        [900_000n, 1],
        [900_000n, 2]
      ],
      false
    ],
    [
      'the third where one of them was above the threshold',
      900_000n,
      [
        [900_000n, 1],
        [1_000_001n, 2]
      ],
      false
    ]
  ])('within a day: %s', (_, amount, earlier, held) => {
    expect(near(amount, earlier)?.outcome).toBe(held ? 'hold_for_review' : undefined)
  })

  it('within a week: a sum at the threshold passes, a cent more does not', () => {
    expect(
      structured(100_000n, [
        [450_000n, 30],
        [450_000n, 167]
      ])
    ).toBeUndefined()
    expect(
      structured(100_001n, [
        [450_000n, 30],
        [450_000n, 167]
      ])
    ).toEqual({
      threshold: '1000000',
      currency: 'USD',
      near: '0',
      sum: '1000001'
    })
    expect(
      structured(100_001n, [
        [450_000n, 30],
        [450_000n, 168]
      ])
    ).toBeUndefined()
  })

  it('is nothing to the customer without limits, and measures other currencies at the reference rate', () => {
    expect(
      structured(
        900_000n,
        [
          [900_000n, 1],
          [900_000n, 2]
        ],
        'unlimited'
      )
    ).toBeUndefined()
    const yen = { currency: currency('JPY'), limitPolicy: 2, now } as const
    // 10,000 USD at 0.0067 are 1,492,537 yen.
    const earlier = [{ amount: 1_000_000n, at: ago(30) }]
    expect(structuringFinding({ ...yen, amount: 492_537n, earlier }, policy)).toBeUndefined()
    expect(structuringFinding({ ...yen, amount: 492_538n, earlier }, policy)?.rule).toBe('structuring')
  })
})

describe('Rules of admins', () => {
  const rule = (n: number, over: Partial<RiskRule>): RiskRule => ({
    id: idOf('rsk', `rsk_${String(n).padStart(32, '0')}`),
    process: 'payment',
    outcome: 'hold_for_review',
    customerId: null,
    merchantId: null,
    from: { amount: 1_000n, currency: USD },
    createdBy: 'opr_1',
    ...over
  })
  const found = (rules: RiskRule[], amount: bigint, of = USD) => ruleFinding(rules, { amount, currency: of })

  it('fit from their amount on, in its currency alone', () => {
    expect(found([rule(1, {})], 999n)).toBeUndefined()
    expect(found([rule(1, {})], 1_000n)).toMatchObject({ rule: rule(1, {}).id, version: 1, set_by: 'opr_1' })
    expect(found([rule(1, {})], 1_000n, currency('EUR'))).toBeUndefined()
  })

  it('act by the strictest, and among equals by the first', () => {
    const rules = [rule(1, {}), rule(2, {}), rule(3, { outcome: 'block' }), rule(4, { outcome: 'block' })]
    expect(found(rules, 5_000n)).toMatchObject({ outcome: 'block', rule: rules[2]!.id })
    expect(found(rules.slice(0, 2), 5_000n)).toMatchObject({ outcome: 'hold_for_review', rule: rules[0]!.id })
    expect(strictest([undefined])).toBeUndefined()
  })
})

describe('What is kept of a refusal', () => {
  it('is what a risk rule found, and nothing of refusals that are none', () => {
    expect(findingOf('velocity_exceeded', { limit: 'payments' })).toMatchObject({ outcome: 'block', rule: 'velocity' })
    expect(findingOf('confirmation_required', { rules: ['single_amount', 'new_device'] })).toEqual({
      outcome: 'step_up',
      rule: 'step_up',
      version: 1,
      inputs: { rules: 'single_amount new_device' }
    })
    expect(findingOf('insufficient_funds', {})).toBeUndefined()
  })
})
