import type { BillAnswer } from '../domain/bill.ts'
import { accountNumberFault, plainAccountNumber, type Biller } from '../domain/biller.ts'
import { Refusal } from '../domain/errors.ts'
import { findBiller } from '../store/biller.ts'
import type { ApiDeps } from './deps.ts'

export type OpenBill = Extract<BillAnswer, { kind: 'open' }>

/**
 * The biller, and the number that a customer has there as the network writes it.
 * @throws {Refusal} `not_found`, `biller_unavailable`, `biller_account_invalid`
 */
export async function billedAccount(
  db: ApiDeps['db'],
  { biller_id, account_number }: { readonly biller_id: string; readonly account_number: string }
): Promise<{ biller: Biller; accountNumber: string }> {
  const biller = await findBiller(db, biller_id)
  if (!biller) throw new Refusal('not_found', { pointer: '/biller_id' })
  if (biller.state !== 'active') throw new Refusal('biller_unavailable', { state: biller.state })
  const accountNumber = plainAccountNumber(account_number)
  const reason = accountNumberFault(accountNumber, biller.account)
  if (reason) throw new Refusal('biller_account_invalid', { reason, hint: biller.account.hint })
  return { biller, accountNumber }
}

/**
 * What is due there, as the network says now; undefined: nothing.
 * @throws {Refusal} `biller_account_unknown`; `service_unavailable` when the network does not answer
 */
export async function askForBill(
  askBill: ApiDeps['askBill'],
  { networkCode, currency }: Biller,
  accountNumber: string,
  billReference: string | undefined
): Promise<OpenBill | undefined> {
  const answer = await askBill({ biller: networkCode, accountNumber, billReference })
  if (answer.kind === 'account_unknown') throw new Refusal('biller_account_unknown')
  if (answer.kind === 'unknown') throw new Refusal('service_unavailable')
  return answer.kind === 'open' && answer.money.currency === currency ? answer : undefined
}
