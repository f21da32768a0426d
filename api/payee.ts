import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { Refusal } from '../domain/errors.ts'
import type { Money } from '../domain/money.ts'
import { decodeQr } from '../domain/qr.ts'
import { findMerchant, type Merchant } from '../store/merchant.ts'

interface Named {
  readonly merchant_id?: string | undefined
  readonly qr?: string | undefined
  readonly amount?: Money | undefined
  readonly funding: { readonly type: string }
}

/**
 * Who is paid, and how much: by id, or by the scanned code, whose amount holds.
 * @throws {Refusal} for a code that cannot be paid from here, an amount that is missing or another one than the code's,
 *   an unknown merchant, or a funding that is not offered yet
 */
export async function payeeOf(db: Kysely<Database>, named: Named): Promise<{ merchant: Merchant; amount: Money }> {
  if (named.funding.type !== 'balance') throw new Refusal('not_implemented', { pointer: '/funding' })
  const code = named.qr === undefined ? undefined : decodeQr(named.qr)
  if (code && !(code.payable && code.merchantId)) throw new Refusal('qr_not_payable')
  const merchant = await findMerchant(db, code?.merchantId ?? named.merchant_id ?? '')
  if (!merchant) throw code ? new Refusal('qr_not_payable') : new Refusal('not_found', { pointer: '/merchant_id' })
  return { merchant, amount: agreed(code?.amount, named.amount) }
}

function agreed(inCode: Money | undefined, asked: Money | undefined): Money {
  if (inCode && asked && (inCode.amount !== asked.amount || inCode.currency !== asked.currency))
    throw new Refusal('amount_mismatch')
  const amount = inCode ?? asked
  if (!amount) throw new Refusal('amount_required')
  return amount
}
