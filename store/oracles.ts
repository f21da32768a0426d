import { settlementOracles } from './settlement-oracles.ts'
import type { States } from '../domain/transitions.ts'
import { paymentRequestStates } from '../domain/payment-request.ts'
import { bankLinkStates } from '../domain/bank-link.ts'
import { bankReturnStates } from '../domain/bank-return.ts'
import { concessionStates } from '../domain/concession.ts'
import { billPaymentStates } from '../domain/bill-payment.ts'
import { disputeStates } from '../domain/dispute.ts'
import { cardLinkStates } from '../domain/card-link.ts'
import { depositRecoveryStates } from '../domain/deposit-recovery.ts'
import { paymentStates } from '../domain/payment.ts'
import { mandateStates } from '../domain/mandate.ts'
import { onboardingStates } from '../domain/onboarding.ts'
import { refundStates } from '../domain/refund.ts'
import { settlementStates } from '../domain/settlement.ts'
import { reconciliationStates } from '../domain/reconciliation.ts'
import { topUpStates } from '../domain/top-up.ts'
import { webhookEndpointStates } from '../domain/webhook-endpoint.ts'
import { withdrawalStates } from '../domain/withdrawal.ts'
import { billOracles } from './bill-oracles.ts'
import { moneyBackOracles } from './money-back-oracles.ts'
import { reconciliationOracles } from './reconciliation-oracles.ts'
import { webhookOracles } from './webhook-oracles.ts'

/**
 * What has to hold among the processes (O7's half that Postgres knows, O8, and of O4 what the banks' statements say): read-only statements that
 * answer nothing, or the first row that breaks the rule, in words.
 */
export interface ProcessOracle {
  readonly oracle: 'O4' | 'O7' | 'O8' | 'O10'
  readonly rule: string
  /** At most one row with one column, `breach`; `$1` is `legalArrows`, where it is used. */
  readonly sql: string
}

/** The drawn arrows of every kind of process. */
export const machines: Readonly<Record<string, States<never>>> = {
  payment: paymentStates as unknown as States<never>,
  'top-up': topUpStates as unknown as States<never>,
  onboarding: onboardingStates as unknown as States<never>,
  'payment-request': paymentRequestStates as unknown as States<never>,
  withdrawal: withdrawalStates as unknown as States<never>,
  'bank-link': bankLinkStates as unknown as States<never>,
  'deposit-recovery': depositRecoveryStates as unknown as States<never>,
  'bank-return': bankReturnStates as unknown as States<never>,
  'card-link': cardLinkStates as unknown as States<never>,
  refund: refundStates as unknown as States<never>,
  concession: concessionStates as unknown as States<never>,
  dispute: disputeStates as unknown as States<never>,
  settlement: settlementStates as unknown as States<never>,
  reconciliation: reconciliationStates as unknown as States<never>,
  'webhook-delivery': webhookEndpointStates as unknown as States<never>,
  mandate: mandateStates as unknown as States<never>,
  'bill-payment': billPaymentStates as unknown as States<never>
}

/** `{arrows: [{kind, from_state, to_state}], terminal: [{kind, state}]}` as JSON; `from_state` of a first arrow is null. */
export function legalArrows(of: Readonly<Record<string, States<never>>>): string {
  const arrows = Object.entries(of).flatMap(([kind, states]) =>
    (['start', ...states.all] as const).flatMap((from) =>
      states.all
        // A step without an arrow repeats the state: a part captured, a task opened; or, of one that is over, a facet
        // of its record: booked late by the bank.
        .filter((to) => states.isLegal(from, to) || from === to)
        .map((to) => ({ kind, from_state: from === 'start' ? null : from, to_state: to }))
    )
  )
  const terminal = Object.entries(of).flatMap(([kind, states]) => states.terminal.map((state) => ({ kind, state })))
  return JSON.stringify({ arrows, terminal })
}

const holdsBelongToOpenProcesses: ProcessOracle = {
  oracle: 'O7',
  rule: 'an open hold belongs to an open process, whose id its own begins with',
  sql: `
    select format('hold %s: %s of %s %s still held, and %s', h.id, h.amount - h.posted - h.released, h.amount, h.currency,
        case when p.id is null then 'there is no such process' else 'the process is ' || p.state end) as breach
      from hold h left join process p on p.id = split_part(h.id, '/', 1)
      where h.posted + h.released < h.amount and (p.id is null or not p.open or strpos(h.id, '/') = 0) order by h.id limit 1`
}

const historiesAreGapless: ProcessOracle = {
  oracle: 'O8',
  rule: "a process's events are its versions 1, 2, 3 … each beginning where the one before ended, and the last one is its state",
  sql: `
    with history as (
      select *, row_number() over w as expected, lag(to_state) over w as before, lead(object_version) over w is null as newest
        from event window w as (partition by object_id order by object_version))
    select format('%s: event %s from %s to %s after %s; the process is %s at version %s', coalesce(p.id, h.object_id), h.object_version,
        coalesce(h.from_state, 'start'), h.to_state, coalesce(h.before, 'start'), p.state, p.version) as breach
      from process p full join history h on h.object_id = p.id
      where p.id is null or h.object_id is null or h.object_version <> expected or h.from_state is distinct from h.before
        or (newest and (p.state <> h.to_state or p.version <> h.object_version))
      order by coalesce(p.id, h.object_id), h.object_version limit 1`
}

const arrowsAreDrawn: ProcessOracle = {
  oracle: 'O8',
  rule: 'a process crosses only the arrows that are drawn for its kind',
  sql: `
    with legal as (select * from jsonb_to_recordset($1::jsonb -> 'arrows') as t (kind text, from_state text, to_state text))
    select format('%s (%s): %s → %s at version %s', p.id, p.kind, coalesce(e.from_state, 'start'), e.to_state, e.object_version) as breach
      from event e join process p on p.id = e.object_id
      where not exists (select from legal l where l.kind = p.kind and l.from_state is not distinct from e.from_state and l.to_state = e.to_state)
      order by p.id, e.object_version limit 1`
}

const openUntilTerminal: ProcessOracle = {
  oracle: 'O8',
  rule: 'a process is open exactly until it reaches a terminal state',
  sql: `
    with terminal as (select * from jsonb_to_recordset($1::jsonb -> 'terminal') as t (kind text, state text))
    select format('%s: %s, and %s', p.id, p.state, case when p.open then 'open' else 'closed' end) as breach
      from process p where p.open = exists (select from terminal t where t.kind = p.kind and t.state = p.state) order by p.id limit 1`
}

const requestsSayWhatWasPaid: ProcessOracle = {
  oracle: 'O8',
  rule: 'a payment request says exactly what its payments have paid, and one payment at most pays it unless it is for many',
  sql: `
    with paid as (
      select payment_request_id as id, count(*) as times, sum(captured) as amount, max(id) as payment_id
        from payment where payment_request_id is not null and captured > 0 group by payment_request_id
    ), said as (
      select r.id, r.payment_id, r.multi_use,
          case when r.multi_use then coalesce(t.used, 0) when r.payment_id is null then 0 else 1 end as times,
          case when r.multi_use then coalesce(a.used, 0) else r.amount_paid end as amount
        from payment_request r
          left join limit_counter t on t.id = 'payment-request/' || r.id || '/times'
          left join limit_counter a on a.id = 'payment-request/' || r.id || '/amount')
    select format('%s says %s paid by %s, and %s was paid by %s', coalesce(said.id, paid.id), said.amount, said.times,
        coalesce(paid.amount, 0), coalesce(paid.times, 0)) as breach
      from said full join paid on paid.id = said.id
      where said.id is null or said.times <> coalesce(paid.times, 0) or said.amount <> coalesce(paid.amount, 0)
        or (not said.multi_use and said.payment_id is distinct from paid.payment_id)
      order by coalesce(said.id, paid.id) limit 1`
}

const debtsAreOwed: ProcessOracle = {
  oracle: 'O8',
  rule: 'what is outstanding of returns and of credits that were taken back is what the customer owes in the books, and the wallet says so',
  sql: `
    with said as (
      select w.id, w.customer_id, w.currency, w.owes, coalesce(sum(r.outstanding), 0) as outstanding
        from wallet w left join (select wallet_id, outstanding from bank_return union all select wallet_id, outstanding from dispute) r
          on r.wallet_id = w.id group by w.id
    )
    select format('%s: %s outstanding, %s owed in the books, and the wallet %s', s.id, s.outstanding,
        coalesce(l.debits_posted - l.credits_posted, 0), case when s.owes then 'owes' else 'owes nothing' end) as breach
      from said s left join ledger_account l on l.kind = 'customer_receivable' and l.owner = s.customer_id and l.currency = s.currency
      where s.outstanding <> coalesce(l.debits_posted - l.credits_posted, 0) or s.owes <> (s.outstanding > 0) order by s.id limit 1`
}

const debtsArePaidFirst: ProcessOracle = {
  oracle: 'O8',
  rule: 'no wallet has money available while its owner owes us',
  sql: `
    select format('%s: %s available, and %s outstanding', w.owner, w.credits_posted - w.debits_posted - w.debits_pending, sum(r.outstanding)) as breach
      from (select wallet_id, currency, outstanding from bank_return union all select wallet_id, currency, outstanding from dispute) r
        join ledger_account w on w.kind = 'wallet' and w.owner = r.wallet_id and w.currency = r.currency
      where w.credits_posted - w.debits_posted - w.debits_pending > 0 and r.outstanding > 0
      group by w.id order by w.owner limit 1`
}

const sharesSayWhatWasBooked: ProcessOracle = {
  oracle: 'O8',
  rule: "a payment's shares make its amount and what was captured, and the books have passed on to each exactly what it says",
  sql: `
    with share as (
      select p.id, p.merchant_id as payee, p.amount as whole, p.captured as captured_whole, s.merchant_id, s.amount, s.captured
        from payment p cross join jsonb_to_recordset(p.splits) s (merchant_id text, amount bigint, captured bigint)
        where p.splits is not null
    ), booked as (
      select split_part(split_part(u.key, ':', 1), '-', 1) as id, a.owner as merchant_id, sum(p.amount) as amount
        from posting p join unit u on u.id = p.unit_id join ledger_account a on a.id = p.credit_account
        where p.code in ('payment.share', 'payment.commission') group by 1, 2
    )
    select format('%s: %s', id, what) as breach from (
      select id, format('its shares make %s of %s, and %s of %s captured', sum(amount), max(whole), sum(captured), max(captured_whole)) as what
        from share group by id having sum(amount) <> max(whole) or sum(captured) <> max(captured_whole)
      union all
      select coalesce(s.id, b.id), format('%s is said to have got %s, and was passed on %s', coalesce(s.merchant_id, b.merchant_id),
          coalesce(s.captured, 0), coalesce(b.amount, 0))
        from (select * from share where merchant_id <> payee) s full join booked b on b.id = s.id and b.merchant_id = s.merchant_id
        where coalesce(s.captured, 0) <> coalesce(b.amount, 0)
    ) breaches order by id limit 1`
}

export const processOracles: readonly ProcessOracle[] = [
  holdsBelongToOpenProcesses,
  historiesAreGapless,
  arrowsAreDrawn,
  openUntilTerminal,
  requestsSayWhatWasPaid,
  debtsAreOwed,
  debtsArePaidFirst,
  sharesSayWhatWasBooked,
  ...moneyBackOracles,
  ...settlementOracles,
  ...reconciliationOracles,
  ...webhookOracles,
  ...billOracles
]
