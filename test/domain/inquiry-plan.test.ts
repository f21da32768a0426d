import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { inquiryDelayMs, nextInquiryAtMs } from '../../domain/inquiry-plan.ts'
import { defaultPolicy, mergePolicy } from '../../domain/policy/index.ts'

const plan = defaultPolicy.bank.inquiry
const seconds = 1_000
const hour = 3_600 * seconds

const delays = (of = plan) => {
  const all: number[] = []
  for (let delay = inquiryDelayMs(1, of); delay !== undefined; delay = inquiryDelayMs(all.length + 1, of))
    all.push(delay)
  return all
}
const instants = (of = plan) =>
  delays(of).map((_, n, all) => all.slice(0, n + 1).reduce((sum, delay) => sum + delay, 0))

describe('the inquiry plan', () => {
  it('asks 5 s, 15 s, 1 min, 5 min and 15 min after the send', () => {
    expect(instants().slice(0, 5)).toEqual([5, 15, 60, 300, 900].map((at) => at * seconds))
  })

  it('then asks hourly, and for the last time after exactly 24 h', () => {
    const later = delays().slice(5)
    expect(later.slice(0, -1).every((delay) => delay === hour)).toBe(true)
    expect(later.at(-1)).toBeLessThanOrEqual(hour)
    expect(instants().at(-1)).toBe(24 * hour)
    expect(instants()).toHaveLength(29)
  })

  it('is over afterwards, for an operator to take up', () => {
    expect(inquiryDelayMs(30, plan)).toBeUndefined()
    expect(nextInquiryAtMs(24 * hour, plan)).toBeUndefined()
    expect(nextInquiryAtMs(60 * 24 * hour, plan)).toBeUndefined()
  })

  it('gives a run that comes back later the next planned instant', () => {
    expect(nextInquiryAtMs(0, plan)).toBe(5 * seconds)
    expect(nextInquiryAtMs(5 * seconds, plan)).toBe(15 * seconds)
    expect(nextInquiryAtMs(16 * seconds, plan)).toBe(60 * seconds)
    expect(nextInquiryAtMs(900 * seconds, plan)).toBe(900 * seconds + hour)
    expect(nextInquiryAtMs(24 * hour - 1, plan)).toBe(24 * hour)
  })

  it('is the same by number and by elapsed time, whatever the policy', () => {
    const plans = fc.record({
      gaps: fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 6 }),
      then_every_ms: fc.integer({ min: 10, max: 500 }),
      until_ms: fc.integer({ min: 1, max: 5_000 })
    })
    fc.assert(
      fc.property(plans, ({ gaps, then_every_ms, until_ms }) => {
        const at_ms = gaps.map((_, n) => gaps.slice(0, n + 1).reduce((sum, gap) => sum + gap, 0))
        const { inquiry } = mergePolicy({ bank: { inquiry: { at_ms, then_every_ms, until_ms } } }).bank
        const byTime: number[] = []
        for (let at = nextInquiryAtMs(0, inquiry); at !== undefined; at = nextInquiryAtMs(at, inquiry)) byTime.push(at)
        expect(byTime).toEqual(instants(inquiry))
        expect(byTime.at(-1)).toBe(until_ms)
      })
    )
  })

  it('counts inquiries from 1', () => {
    expect(() => inquiryDelayMs(0, plan)).toThrow(RangeError)
  })
})
