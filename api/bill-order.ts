import type { z } from 'zod'
import { hourOf, localDate } from '../domain/bill-dates.ts'
import type { Biller } from '../domain/biller.ts'
import { Refusal } from '../domain/errors.ts'
import type { BillPaymentId, CustomerId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { BillPaymentOrder } from '../domain/orders.ts'
import type { BillPaymentPolicy } from '../domain/policy/index.ts'
import { billAccountIndex } from '../store/bill-account.ts'
import { zoneOf } from '../store/bill-payment-facts.ts'
import { isClaimed } from '../store/bill-payment-list.ts'
import { readBusinessNow } from '../store/process.ts'
import type { Wallet } from '../store/wallet.ts'
import { askForBill, billedAccount } from './bill.ts'
import type { BillPaymentRequest } from './bill-payment-schemas.ts'
import type { Caller } from './caller.ts'
import type { ApiDeps } from './deps.ts'

type Requested = z.output<typeof BillPaymentRequest>

interface Billed {
  readonly biller: Biller
  /** As the network writes it. */
  readonly accountNumber: string
}

/**
 * The order: the bill as its biller says it is now, unless the caller names an amount.
 * @returns the number at the biller as well, as the network writes it
 * @throws {Refusal} `currency_mismatch`, `bill_not_found`, `bill_already_paid`; what `billedAccount` and `askForBill` throw;
 *   `invalid_request` for a date
 */
export async function billOrderOf(
  { db, vault, askBill }: Pick<ApiDeps, 'db' | 'vault' | 'askBill'>,
  id: BillPaymentId,
  body: Requested,
  wallet: Wallet,
  caller: Caller,
  policy: BillPaymentPolicy
): Promise<{ order: BillPaymentOrder; accountNumber: string }> {
  const billed = await billedBy({ db }, body, wallet)
  const { biller, accountNumber } = billed
  const when = await whenOf(db, wallet.customerId, body.pay_on, policy)
  const account = { billerId: biller.id, accountIndex: billAccountIndex(vault, biller.id, accountNumber) }
  const bill = await billOf(askBill, body, billed)
  // Where nothing is due any more after somebody has paid here, that is why.
  const billReference = bill?.bill_reference ?? body.bill_reference
  const mayBePaid = bill === undefined || billReference !== undefined
  if (mayBePaid && (await isClaimed(db, { ...account, billReference }))) throw new Refusal('bill_already_paid')
  if (!bill) throw new Refusal('bill_not_found')
  const since = caller.kind === 'customer' ? caller.deviceKnownSince?.toISOString() : undefined
  const order = {
    wallet_id: body.wallet_id,
    biller_id: biller.id,
    account_reference: id,
    ...bill,
    // What it says may change until then, and is asked again; more than now takes the customer's word.
    ...(when.debit_at !== undefined && body.amount === undefined && { cap: bill.amount }),
    ...when,
    ...(since !== undefined && { device_known_since: since }),
    metadata: body.metadata
  }
  return { order, accountNumber }
}

/** @throws {Refusal} `currency_mismatch`; what `billedAccount` throws */
async function billedBy({ db }: Pick<ApiDeps, 'db'>, body: Requested, wallet: Wallet): Promise<Billed> {
  const { biller, accountNumber } = await billedAccount(db, body)
  if (biller.currency !== wallet.currency || (body.amount && body.amount.currency !== wallet.currency))
    throw new Refusal('currency_mismatch')
  return { biller, accountNumber }
}

async function billOf(
  askBill: ApiDeps['askBill'],
  { amount, bill_reference }: Requested,
  { biller, accountNumber }: Billed
): Promise<(Required<Pick<BillPaymentOrder, 'amount'>> & Pick<BillPaymentOrder, 'bill_reference'>) | undefined> {
  if (amount) return { amount: toWire(amount), ...(bill_reference !== undefined && { bill_reference }) }
  if (!biller.tellsBills) throw malformed('/amount', 'is needed: this biller does not say what is due')
  const bill = await askForBill(askBill, biller, accountNumber, bill_reference)
  return bill && { amount: bill.money, bill_reference: bill.billReference }
}

/** Nothing: at once. */
async function whenOf(
  db: ApiDeps['db'],
  customerId: CustomerId,
  payOn: string | undefined,
  { debit_hour, notice_ms, longest_ahead_ms }: BillPaymentPolicy
): Promise<Pick<BillPaymentOrder, 'announce_at' | 'debit_at'>> {
  if (payOn === undefined) return {}
  const [zone, now] = [await zoneOf(db, customerId), await readBusinessNow(db)]
  if (payOn < localDate(now, zone)) throw malformed('/pay_on', 'is over')
  const debitAt = hourOf(payOn, debit_hour, zone)
  if (debitAt.getTime() - now.getTime() > longest_ahead_ms) throw malformed('/pay_on', 'is too far ahead')
  if (debitAt <= now) return {}
  const announceAt = new Date(Math.max(debitAt.getTime() - notice_ms, now.getTime()))
  return { announce_at: announceAt.toISOString(), debit_at: debitAt.toISOString() }
}

const malformed = (pointer: string, message: string): Refusal =>
  new Refusal('invalid_request', { errors: [{ pointer, message }] })
