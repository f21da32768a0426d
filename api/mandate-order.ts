import type { z } from 'zod'
import type { Plan } from '../domain/calendar.ts'
import { Refusal } from '../domain/errors.ts'
import { localDateOf } from '../domain/local-time.ts'
import { nextOccurrence } from '../domain/mandate.ts'
import { toWire, type Money } from '../domain/money.ts'
import type { MandateOrder } from '../domain/orders.ts'
import { findCustomer } from '../store/customers.ts'
import { readBusinessNow } from '../store/process.ts'
import type { Wallet } from '../store/wallet.ts'
import { billedAccount } from './bill.ts'
import type { ApiDeps } from './deps.ts'
import type { MandateRequest } from './mandate-schemas.ts'

type Requested = z.output<typeof MandateRequest>
type Amount = Requested['amount']

/** The money of either kind. */
export const moneyOf = (amount: Amount): Money => ('fixed' in amount ? amount.fixed : amount.bill_up_to)

export interface Mandated {
  readonly order: MandateOrder
  /** As the network writes it. */
  readonly accountNumber: string
}

/**
 * The mandate as it is ordered, with what was left out filled in.
 * @throws {Refusal} `currency_mismatch`, `state_conflict`, `mandate_without_occurrences`, `invalid_request`; what
 * `billedAccount` throws
 */
export async function mandateOrderOf(
  { db, policy }: Pick<ApiDeps, 'db' | 'policy'>,
  body: Requested,
  wallet: Wallet
): Promise<Mandated> {
  if (wallet.state === 'closed') throw new Refusal('state_conflict', { state: wallet.state })
  const { biller, accountNumber } = await billedAccount(db, body)
  const { currency } = moneyOf(body.amount)
  if (currency !== wallet.currency || currency !== biller.currency) throw new Refusal('currency_mismatch')
  if ('bill_up_to' in body.amount && !biller.tellsBills)
    throw new Refusal('invalid_request', {
      errors: [{ pointer: '/amount', message: 'must be fixed: the biller does not tell its bills' }]
    })
  const zone = body.zone ?? (await findCustomer(db, wallet.customerId))!.zone
  const now = await readBusinessNow(db)
  const today = localDateOf(now, zone)
  const { start = today, end, count, late_policy, holiday, rule, days_before_due, metadata } = body
  if (start < today) throw new Refusal('invalid_request', { errors: [{ pointer: '/start', message: 'is over' }] })
  const time = body.time ?? policy.mandate.debit_time
  const plan: Plan = {
    rule,
    daysBeforeDue: days_before_due,
    zone,
    time,
    holiday,
    start,
    end: end ?? null,
    count: count ?? null,
    from: now
  }
  if (!nextOccurrence(plan, null)) throw new Refusal('mandate_without_occurrences')
  const order: MandateOrder = {
    wallet_id: wallet.id,
    biller_id: biller.id,
    amount: toWireAmount(body.amount),
    rule,
    days_before_due,
    zone,
    time,
    holiday,
    start,
    ...(end !== undefined && { end }),
    ...(count !== undefined && { count }),
    late_policy,
    metadata
  }
  return { order, accountNumber }
}

const toWireAmount = (amount: Amount): MandateOrder['amount'] =>
  'fixed' in amount ? { fixed: toWire(amount.fixed) } : { bill_up_to: toWire(amount.bill_up_to) }
