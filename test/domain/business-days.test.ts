import { describe, expect, it } from '@jest/globals'
import { addBusinessDays } from '../../domain/business-days.ts'

const BERLIN = 'Europe/Berlin'
const later = (from: string, days: number, zone = BERLIN) => addBusinessDays(new Date(from), days, zone).toISOString()

describe('Business days', () => {
  it.each([
    ['Monday', '2026-11-02T09:30:00.000Z', 1, '2026-11-03T09:30:00.000Z'],
    ['Monday', '2026-11-02T09:30:00.000Z', 5, '2026-11-09T09:30:00.000Z'],
    ['Wednesday', '2026-11-04T09:30:00.000Z', 3, '2026-11-09T09:30:00.000Z'],
    ['Friday', '2026-11-06T09:30:00.000Z', 1, '2026-11-09T09:30:00.000Z'],
    ['Saturday', '2026-11-07T09:30:00.000Z', 1, '2026-11-09T09:30:00.000Z'],
    ['Sunday', '2026-11-08T09:30:00.000Z', 5, '2026-11-13T09:30:00.000Z'],
    ['Monday', '2026-11-02T09:30:00.000Z', 0, '2026-11-02T09:30:00.000Z']
  ])('leave Saturdays and Sundays out: from %s, %s, %i later', (_day, from, days, then) => {
    expect(later(from, days)).toBe(then)
  })

  it('are those where the customer lives: Friday night here is Saturday there', () => {
    const fridayNight = '2026-11-06T20:00:00.000Z'
    expect(later(fridayNight, 1, 'UTC')).toBe('2026-11-09T20:00:00.000Z')
    // Saturday 05:00: the next business day is Monday all the same, but it begins earlier.
    expect(later(fridayNight, 1, 'Asia/Tokyo')).toBe('2026-11-08T20:00:00.000Z')
  })

  it('keep the time of day across the change of the clocks, milliseconds included', () => {
    expect(later('2026-10-23T10:00:00.123Z', 1)).toBe('2026-10-26T11:00:00.123Z')
    expect(later('2026-03-27T10:00:00.123Z', 1)).toBe('2026-03-30T09:00:00.123Z')
  })

  it('move on a time of day that the clocks skip', () => {
    // In Cairo Friday 2026-04-24 begins at 01:00.
    expect(later('2026-04-22T22:30:00.000Z', 1, 'Africa/Cairo')).toBe('2026-04-23T22:30:00.000Z')
  })

  it('refuse a zone that is none', () => {
    expect(() => later('2026-11-02T09:30:00.000Z', 1, 'Mars/Olympus')).toThrow(RangeError)
  })
})
