import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { currency } from '../domain/currencies.ts'
import { idOf, type MerchantId, type QrCodeId } from '../domain/ids.ts'
import type { Money } from '../domain/money.ts'
import type { RowOf } from './rows.ts'

/** A code that a merchant was given, with the text as it was then. */
export interface QrCode {
  readonly id: QrCodeId
  readonly merchantId: MerchantId
  /** Null: the payer names the amount. */
  readonly amount: Money | null
  readonly text: string
  readonly createdAt: Date
}

export async function insertQrCode(
  db: Kysely<Database>,
  { id, merchantId, amount, currency, text }: Omit<QrCode, 'createdAt'> & { readonly currency: string }
): Promise<QrCode> {
  const row = await db
    .insertInto('qr_code')
    .values({ id, merchant_id: merchantId, amount: amount && amount.amount, currency, text })
    .returningAll()
    .executeTakeFirstOrThrow()
  return toQrCode(row)
}

export async function findQrCode(db: Kysely<Database>, id: string): Promise<QrCode | undefined> {
  const row = await db.selectFrom('qr_code').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toQrCode(row)
}

type QrCodeRow = RowOf<'qr_code'>

const toQrCode = (row: QrCodeRow): QrCode => ({
  id: idOf('qrc', row.id),
  merchantId: idOf('mer', row.merchant_id),
  amount: row.amount === null ? null : { amount: row.amount, currency: currency(row.currency) },
  text: row.text,
  createdAt: row.created_at
})
