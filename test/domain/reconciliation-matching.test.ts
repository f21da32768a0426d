import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { StatementLine } from '../../domain/bank-statement.ts'
import { currency } from '../../domain/currencies.ts'
import { movesOf, restOf } from '../../domain/reconciliation-booking.ts'
import {
  countClasses,
  matchStatement,
  settledKey,
  type Expectation,
  type Match,
  type Shown
} from '../../domain/reconciliation-matching.ts'

const USD = currency('USD')
const DAY = '2026-03-10'
const terms = { date: DAY, toleranceDays: 1 }
const nothing: Shown = { entries: new Set(), settled: new Set() }

const line = (entry: string, reference: string, amount: number, more: Partial<StatementLine> = {}): StatementLine => ({
  entry,
  reference,
  operation: amount > 0 ? 'pull' : 'push',
  currency: USD,
  amount: BigInt(amount),
  bookedOn: DAY,
  ...more
})
const expected = (id: string, reference: string, amount: number, more: Partial<Expectation> = {}): Expectation => ({
  id,
  rests: 'transit',
  reference,
  currency: USD,
  amount: BigInt(amount),
  on: DAY,
  named: false,
  ...more
})
const classesOf = (matches: readonly Match[]) =>
  matches.map(({ class: of, by, lines, expected: ours }) => [
    of,
    by,
    lines.map(({ entry }) => entry).join(),
    ours.map(({ id }) => id).join()
  ])

describe('A line of a statement', () => {
  it('of the reference and amount that we expect is matched, whatever the days', () => {
    const matches = matchStatement(
      [line('1', 'top_1', 100)],
      [expected('e1', 'top_1', 100, { on: '2026-02-01' })],
      nothing,
      terms
    )
    expect(classesOf(matches)).toEqual([['matched', 'reference', '1', 'e1']])
  })

  it('and another one of its reference are matched with what our books split otherwise', () => {
    const lines = [line('1', 'RTN1', -100, { operation: 'return' }), line('2', 'RTN1', -5, { operation: 'fee' })]
    const ours = [expected('e1', 'RTN1', -60), expected('e2', 'RTN1', -40), expected('e3', 'RTN1', -5)]
    expect(classesOf(matchStatement(lines, ours, nothing, terms))).toEqual([
      ['matched', 'reference', '1,2', 'e1,e2,e3']
    ])
  })

  it('that nobody knows is missing here, and what nobody shows is missing there, once the tolerance is over', () => {
    const ours = [expected('e1', 'top_1', 100, { on: '2026-03-09' }), expected('e2', 'top_2', 100)]
    expect(classesOf(matchStatement([line('1', 'x', 7)], ours, nothing, terms))).toEqual([
      ['missing_here', 'nothing', '1', ''],
      ['missing_there', 'nothing', '', 'e1']
    ])
  })

  it('of another amount than ours differs, and is not taken for something unknown', () => {
    expect(classesOf(matchStatement([line('1', 'top_1', 90)], [expected('e1', 'top_1', 100)], nothing, terms))).toEqual(
      [['amount_differs', 'reference', '1', 'e1']]
    )
  })

  it('that says again what another one says is a duplicate, and the first one is matched', () => {
    const lines = [line('1', 'top_1', 100), line('1-2', 'top_1', 100)]
    expect(classesOf(matchStatement(lines, [expected('e1', 'top_1', 100)], nothing, terms))).toEqual([
      ['matched', 'reference', '1', 'e1'],
      ['duplicate', 'nothing', '1-2', '']
    ])
  })

  it('that an earlier statement has shown, by its entry or by what was settled, is a duplicate', () => {
    const settled = line('9', 'top_1', 100)
    const shown = { entries: new Set(['1']), settled: new Set([settledKey(settled)]) }
    const matches = matchStatement([line('1', 'top_7', 3), settled], [expected('e1', 'top_7', 3)], shown, terms)
    expect(countClasses(matches)).toMatchObject({ duplicate: 2, matched: 0 })
  })

  it('of a charge that nobody expects is a bank fee, beside what is matched too', () => {
    const lines = [
      line('1', 'FEE1', -3, { operation: 'fee' }),
      line('2', 'RTN1', -100),
      line('3', 'RTN1', -5, { operation: 'fee' })
    ]
    expect(classesOf(matchStatement(lines, [expected('e1', 'RTN1', -100)], nothing, terms))).toEqual([
      ['matched', 'bank_fee', '1', ''],
      ['matched', 'reference', '2', 'e1'],
      ['matched', 'bank_fee', '3', '']
    ])
  })

  it('without a reference is matched by amount and day where only one can be meant, and else by nobody', () => {
    const bare = (entry: string, amount: number) => line(entry, '', amount)
    const ours = [
      expected('e1', 'top_1', 100),
      expected('e2', 'top_2', 200),
      expected('e3', 'top_3', 200),
      expected('e4', 'top_4', 300, { on: '2026-03-01', named: true })
    ]
    const matches = matchStatement([bare('1', 100), bare('2', 200), bare('3', 300)], ours, nothing, terms)
    expect(classesOf(matches)).toEqual([
      ['matched', 'amount', '1', 'e1'],
      ['missing_here', 'nothing', '2', ''],
      ['missing_here', 'nothing', '3', '']
    ])
  })
})

/** A day with instructions of ours, each stated rightly or with a fault; what should come of each reference. */
const days = fc
  .array(
    fc.record({
      fault: fc.constantFrom('none', 'drop', 'duplicate', 'alter', 'unknown', 'fee', 'split'),
      amount: fc.integer({ min: 1, max: 1_000 }),
      sign: fc.constantFrom(1, -1)
    }),
    { maxLength: 40 }
  )
  .map((orders) =>
    orders.map(({ fault, amount, sign }, index) => {
      const [reference, units] = [`top_${index}`, amount * sign]
      const ours = expected(`e${index.toString().padStart(3, '0')}`, reference, units, { on: '2026-03-09' })
      const stated = line(index.toString(), reference, units)
      switch (fault) {
        case 'drop':
          return { reference, want: ['missing_there'], lines: [], ours: [ours] }
        case 'duplicate':
          return {
            reference,
            want: ['matched', 'duplicate'],
            lines: [stated, { ...stated, entry: `${index}x` }],
            ours: [ours]
          }
        case 'alter':
          return {
            reference,
            want: ['amount_differs'],
            lines: [{ ...stated, amount: stated.amount + 1n }],
            ours: [ours]
          }
        case 'unknown':
          return { reference, want: ['missing_here'], lines: [stated], ours: [] }
        case 'fee':
          return { reference, want: ['matched'], lines: [{ ...stated, operation: 'fee' }], ours: [] }
        case 'split': {
          const rest = { ...ours, id: `${ours.id}b`, amount: 5n }
          return {
            reference,
            want: ['matched'],
            lines: [{ ...stated, amount: stated.amount + 5n }],
            ours: [ours, rest]
          }
        }
        default:
          return { reference, want: ['matched'], lines: [stated], ours: [ours] }
      }
    })
  )

const keyOf = (matches: readonly Match[]) =>
  classesOf(matches)
    .map((each) => each.join('|'))
    .sort()

describe('A day of any statement', () => {
  it('has every line in exactly one class, and names what was planted', () => {
    fc.assert(
      fc.property(days, (orders) => {
        const lines = orders.flatMap((order) => order.lines)
        const ours = orders.flatMap((order) => order.ours)
        const matches = matchStatement(lines, ours, nothing, terms)
        expect(matches.flatMap((match) => match.lines.map(({ entry }) => entry)).sort()).toEqual(
          lines.map(({ entry }) => entry).sort()
        )
        expect(matches.flatMap((match) => match.expected.map(({ id }) => id)).sort()).toEqual(
          ours.map(({ id }) => id).sort()
        )
        for (const { reference, want } of orders) {
          const of = matches.filter((match) => (match.lines[0] ?? match.expected[0])!.reference === reference)
          expect(of.map((match) => match.class).sort()).toEqual([...want].sort())
        }
      }),
      { numRuns: 1_000 }
    )
  })

  it('comes out the same in whatever order lines and expectations come', () => {
    const shuffled = days.chain((orders) => {
      const [lines, ours] = [orders.flatMap((order) => order.lines), orders.flatMap((order) => order.ours)]
      const any = <T>(all: T[]) => fc.shuffledSubarray(all, { minLength: all.length })
      return fc.tuple(fc.constant(lines), fc.constant(ours), any(lines), any(ours))
    })
    fc.assert(
      fc.property(shuffled, ([lines, ours, otherLines, otherOurs]) => {
        expect(keyOf(matchStatement(otherLines, otherOurs, nothing, terms))).toEqual(
          keyOf(matchStatement(lines, ours, nothing, terms))
        )
      }),
      { numRuns: 500 }
    )
  })

  it('moves the bank’s cash by exactly what its lines say, clears what was expected, and leaves the rest to be explained', () => {
    fc.assert(
      fc.property(days, fc.constantFrom<'transit' | 'cash'>('transit', 'cash'), (orders, rests) => {
        const lines = orders.flatMap((order) => order.lines)
        const ours = orders.flatMap((order) => order.ours.map((each) => ({ ...each, rests })))
        for (const match of matchStatement(lines, ours, nothing, terms)) {
          const delta = { cash: 0n, transit: 0n, suspense: 0n, fee: 0n }
          for (const { debit, credit, amount } of movesOf(match)) {
            expect(amount > 0n).toBe(true)
            delta[debit] += amount
            delta[credit] -= amount
          }
          const sum = (all: readonly { amount: bigint }[]) => all.reduce((total, { amount }) => total + amount, 0n)
          const seen = match.class === 'missing_there' ? [] : match.expected
          expect(delta.cash).toBe(sum(match.lines) - (rests === 'cash' ? sum(seen) : 0n))
          expect(delta.transit).toBe(rests === 'transit' ? -sum(seen) : 0n)
          const toExplain = match.class === 'matched' || match.class === 'missing_there' ? 0n : restOf(match)
          expect(-delta.suspense).toBe(toExplain)
        }
      }),
      { numRuns: 500 }
    )
  })
})
