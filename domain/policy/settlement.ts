const DAY_MS = 86_400_000

/** What merchants earned is paid out to them. Durations in business milliseconds, amounts in US cents. */
export const settlement = {
  /** Every business day by itself; else only when somebody asks for it. */
  daily: true,
  /** Where our banks count their days. */
  cut_off: { time: '16:00', zone: 'UTC' },
  /** T+1: what was captured before the cut-off of the business day before. */
  after_business_days: 1,
  /** Less than a dollar costs more to send than it is; it waits for more. */
  minimum_usd: '100',
  reserve: {
    /** Of what a merchant has sold, once we know it. */
    bps: 0,
    /** 5 % in the first 90 days, in which those who come for the money alone are gone. */
    new_bps: 500,
    new_for_ms: 90 * DAY_MS,
    /** Kept for so long: most disputes are opened within 90 days. */
    held_ms: 90 * DAY_MS
  }
}
