import { z } from 'zod'
import { ListQuery } from './list.ts'
import { Run, Timeline } from './payment-schemas.ts'
import { id, Instant, Metadata, MoneyReply, MoneyRequest, Pin, text, Zone } from './schemas.ts'

const Day = z
  .int()
  .min(1)
  .max(31)
  .meta({ description: 'Beyond a month’s end its last day: 31 is the end of every month' })
const Month = z.int().min(1).max(12)

export const DateText = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, 'must be a date: YYYY-MM-DD')
  .refine((date) => {
    const at = Date.parse(`${date}T00:00:00Z`)
    return !Number.isNaN(at) && new Date(at).toISOString().startsWith(date)
  }, 'must be a date that exists')
  .meta({ id: 'Date', example: '2026-12-31' })

const Rule = z
  .discriminatedUnion('every', [
    z.strictObject({ every: z.literal('month'), day: Day }),
    z.strictObject({
      every: z.literal('week'),
      weekday: z.int().min(1).max(7).meta({ description: 'Monday is 1' }),
      interval: z.int().min(1).max(52).optional().meta({ description: 'Every so many weeks, from the start; 1' })
    }),
    z.strictObject({
      every: z.literal('quarter'),
      month: z.int().min(1).max(3).meta({ description: 'Which month of the quarter' }),
      day: Day
    }),
    z.strictObject({ every: z.literal('year'), month: Month, day: Day })
  ])
  .meta({ id: 'MandateRule', description: 'When the bill is due. 29 February is the 28th in other years.' })

const time = z
  .string()
  .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be a time of day: HH:MM')
  .meta({ example: '09:00' })
const holiday = z.enum(['before', 'after', 'on'])
const LatePolicy = z.enum(['pay_late', 'skip', 'ask'])

const Amount = <M extends z.ZodType>(money: M) =>
  z.union([z.strictObject({ fixed: money }), z.strictObject({ bill_up_to: money })])
const AmountRequest = Amount(MoneyRequest).meta({
  id: 'MandateAmountRequest',
  description: '`fixed`: so much each time. `bill_up_to`: what the bill says; above it the customer is asked.'
})

/** What may be set when it is made, and changed later. */
const settings = {
  amount: AmountRequest,
  rule: Rule,
  days_before_due: z.int().min(0).max(30).meta({ description: 'Pays so many days before the rule’s date' }),
  zone: Zone.meta({ description: 'Whose dates and times count; the customer’s when left out' }),
  time: time.meta({ description: 'Of the debit; 09:00. What the clocks skip moves to the next minute there is' }),
  holiday: holiday.meta({
    description:
      'Where banks are closed that day: the last day on which they are open `before`, the next one `after`, or `on` it'
  }),
  start: DateText.meta({ description: 'The first date that may be one; today' }),
  end: DateText.meta({ description: 'The last date that may be one' }),
  count: z.int().min(1).max(1_200).meta({ description: 'How many dates in all; or `end`, or neither' }),
  late_policy: LatePolicy.meta({
    description: 'What is done about a debit that the system has missed, for three days: older ones are skipped'
  })
}
const pin = Pin.optional().meta({ description: 'The customer’s own session needs it' })
const hasOneEnd = ({ end, count }: { end?: string | null | undefined; count?: number | null | undefined }) =>
  (end ?? undefined) === undefined || (count ?? undefined) === undefined
const oneEnd = { message: 'is either an end or a count', path: ['count'] }

export const MandateRequest = z
  .strictObject({
    wallet_id: id('wal'),
    biller_id: id('bil'),
    account_number: text(64).meta({ description: 'The customer’s number at the biller' }),
    amount: settings.amount,
    rule: settings.rule,
    days_before_due: settings.days_before_due.default(0),
    zone: settings.zone.optional(),
    time: settings.time.optional(),
    holiday: settings.holiday.default('on'),
    start: settings.start.optional(),
    end: settings.end.optional(),
    count: settings.count.optional(),
    late_policy: settings.late_policy.default('pay_late'),
    metadata: Metadata.default({}),
    pin
  })
  .refine(hasOneEnd, oneEnd)
  .meta({ id: 'MandateRequest' })

export const ChangeMandateRequest = z
  .strictObject({
    amount: settings.amount.optional(),
    rule: settings.rule.optional(),
    days_before_due: settings.days_before_due.optional(),
    zone: settings.zone.optional(),
    time: settings.time.optional(),
    holiday: settings.holiday.optional(),
    start: settings.start.optional(),
    end: settings.end.nullable().optional(),
    count: settings.count.nullable().optional(),
    late_policy: settings.late_policy.optional(),
    pin
  })
  .refine(hasOneEnd, oneEnd)
  .refine((body) => Object.keys(body).some((key) => key !== 'pin'), { message: 'must change something' })
  .meta({ id: 'ChangeMandateRequest', description: 'What is left out stays; `null` takes an end or a count away.' })

const period = DateText.optional().meta({
  description: 'The `period` of the one that is meant; where another one is next, nothing is done: 409'
})
export const SkipNextRequest = z.strictObject({ period }).meta({ id: 'SkipNextRequest' })
export const ChangeNextRequest = z.strictObject({ amount: MoneyRequest, period, pin }).meta({ id: 'ChangeNextRequest' })

const State = z.enum(['active', 'paused', 'completed', 'canceled', 'failed'])

export const MandateReply = z
  .strictObject({
    id: id('man'),
    object: z.literal('mandate'),
    state: State,
    reason: z.string().optional().meta({
      description: 'Why it is paused or has failed: `customer`, `payments_failed`, `biller_closed`, `wallet_closed`'
    }),
    wallet_id: id('wal'),
    biller_id: id('bil'),
    account_number: z.string().optional().meta({ description: 'Masked for operators; not in lists' }),
    amount: Amount(MoneyReply),
    rule: Rule,
    days_before_due: z.int(),
    zone: z.string(),
    time: z.string(),
    holiday,
    start: DateText,
    end: DateText.optional(),
    count: z.int().optional(),
    late_policy: LatePolicy,
    next: z
      .strictObject({ period: DateText, announce_at: Instant, debit_at: Instant, amount: MoneyReply.optional() })
      .optional()
      .meta({ description: 'The first that is not announced yet; what is announced is a bill payment' }),
    failures_in_row: z.int(),
    metadata: z.record(z.string(), z.string()),
    created_at: Instant,
    updated_at: Instant,
    timeline: Timeline.optional(),
    run: Run.optional()
  })
  .meta({ id: 'Mandate' })

export const MandateQuery = ListQuery.extend({ customer_id: id('cus').optional(), state: State.optional() })

export const UpcomingQuery = z.strictObject({
  count: z
    .string()
    .regex(/^[1-9][0-9]{0,2}$/, 'must be a number from 1 to 100')
    .transform(Number)
    .refine((n) => n <= 100, 'must be at most 100')
    .default(12)
    .meta({ type: 'integer', minimum: 1, maximum: 100, default: 12 })
})

export const UpcomingReply = z
  .strictObject({
    object: z.literal('upcoming'),
    mandate_id: id('man'),
    data: z.array(
      z.strictObject({
        period: DateText,
        date: DateText.meta({ description: 'Of the debit, where the customer lives' }),
        announce_at: Instant,
        debit_at: Instant,
        changeable_until: Instant,
        amount: MoneyReply.meta({ description: 'Or the cap, of a bill' }),
        state: z.string().meta({ description: '`planned`, or the state of the bill payment' }),
        bill_payment_id: id('bpm').optional()
      })
    )
  })
  .meta({ id: 'Upcoming' })
