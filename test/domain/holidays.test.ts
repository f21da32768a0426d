import { describe, expect, it } from '@jest/globals'
import { addBusinessDays } from '../../domain/business-days.ts'
import { countryOfZone, holidaysOf, isHoliday } from '../../domain/holidays.ts'

const datesOf = (country: string, year: number) =>
  holidaysOf(country, year)
    .map((ms) => new Date(ms).toISOString().slice(5, 10))
    .sort()

describe('Holidays', () => {
  it.each([
    ['DE', 2026, '01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26'],
    ['DE', 2027, '01-01 03-26 03-29 05-01 05-06 05-17 10-03 12-25 12-26'],
    // Boxing Day is a Saturday: Monday is free instead.
    ['GB', 2026, '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28'],
    // Christmas Day is a Saturday, Boxing Day a Sunday.
    ['GB', 2027, '01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28'],
    // New Year's Day is a Saturday; Christmas Day a Sunday and Boxing Day the Monday, so both move on.
    ['GB', 2022, '01-03 04-15 04-18 05-02 05-30 08-29 12-26 12-27'],
    // Independence Day is a Saturday, on which the Federal Reserve's banks are closed anyway.
    ['US', 2026, '01-01 01-19 02-16 05-25 06-19 07-04 09-07 10-12 11-11 11-26 12-25'],
    // Independence Day is a Sunday: Monday is free instead.
    ['US', 2027, '01-01 01-18 02-15 05-31 06-19 07-05 09-06 10-11 11-11 11-25 12-25']
  ])('of %s in %i are known', (country, year, dates) => {
    expect(datesOf(country, year).join(' ')).toBe(dates)
  })

  it('of a country without a table are none', () => {
    expect(isHoliday('FR', Date.UTC(2026, 6, 14))).toBe(false)
  })

  it('are those of the country that a zone is in, where that is known', () => {
    expect(['Europe/Berlin', 'America/Chicago', 'Europe/London', 'Asia/Tokyo'].map(countryOfZone)).toEqual([
      'DE',
      'US',
      'GB',
      undefined
    ])
  })

  it('are left out of business days like weekends, on the date where the customer lives', () => {
    const [from, zone] = [new Date('2026-12-23T10:00:00.000Z'), 'Europe/Berlin']
    const later = (country?: string) => addBusinessDays(from, 3, zone, country).toISOString()
    expect(later()).toBe('2026-12-28T10:00:00.000Z')
    expect(later('DE')).toBe('2026-12-29T10:00:00.000Z')
    expect(later('GB')).toBe('2026-12-30T10:00:00.000Z')
    // 02:00 of New Year's Day in Berlin is still the old year in UTC.
    const night = new Date('2026-12-30T23:30:00.000Z')
    expect(addBusinessDays(night, 1, zone, 'DE').toISOString()).toBe('2027-01-03T23:30:00.000Z')
  })
})
