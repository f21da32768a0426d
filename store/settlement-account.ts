import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { bankOfIban } from '../domain/iban.ts'
import type { MerchantId } from '../domain/ids.ts'
import { readKybProfile, settlementAccountDatum } from './kyb-profile.ts'
import type { Merchant } from './merchant.ts'
import { putPersonal } from './personal.ts'
import type { Vault } from './vault.ts'

/** Where a merchant is paid. Whose it is and its number stay in the process that reads it. */
export interface SettlementAccount {
  readonly iban: string
  /** The name that the bank is told. */
  readonly holder: string
  readonly bank: 'a' | 'b'
  /** 0: as the application gave it; then it counts every change. */
  readonly version: number
  readonly state: 'unconfirmed' | 'confirmed' | 'refused'
  /** Of a refused one. */
  readonly reason: string | null
}

/** Undefined: none was given. */
export async function findSettlementAccount(
  db: Kysely<Database>,
  vault: Vault,
  { id, name }: Pick<Merchant, 'id' | 'name'>
): Promise<SettlementAccount | undefined> {
  // The row first: an account that is changed in between is then taken for the older one, and nothing is sent to it.
  const row = await db.selectFrom('settlement_account').selectAll().where('merchant_id', '=', id).executeTakeFirst()
  const { settlement_account: given, business_profile: profile } = await readKybProfile(db, vault, id)
  const bank = given && bankOfIban(given.iban)
  if (!bank) return undefined
  return {
    iban: given.iban,
    holder: profile?.legal_name ?? name,
    bank,
    version: row?.version ?? 0,
    // What an application gave was confirmed before it was approved, and only then is anything settled.
    state: (row?.state ?? 'confirmed') as SettlementAccount['state'],
    reason: row?.reason ?? null
  }
}

/** Another account, or the same one again: its bank is asked about it before anything is sent. Tasks about the old one are done. */
export async function changeSettlementAccount(
  transaction: Transaction<Database>,
  vault: Vault,
  { merchantId, iban, changedBy }: { merchantId: MerchantId; iban: string; changedBy: string }
): Promise<void> {
  const row = { state: 'unconfirmed', reason: null, changed_by: changedBy, changed_at: sql<Date>`business_now()` }
  await transaction
    .insertInto('settlement_account')
    .values({ merchant_id: merchantId, version: 1, ...row })
    .onConflict((conflict) =>
      conflict.column('merchant_id').doUpdateSet({ ...row, version: sql`settlement_account.version + 1` })
    )
    .execute()
  await putPersonal(transaction, vault, merchantId, settlementAccountDatum(iban))
  await transaction
    .updateTable('task')
    .set({ state: 'done', done_at: sql<Date>`business_now()` })
    .where('kind', '=', 'settlement_account_refused')
    .where('state', '=', 'open')
    .where(sql<boolean>`data ->> 'merchant_id' = ${merchantId}`)
    .execute()
}

/** Its bank says that it is theirs. One that was changed meanwhile has to be asked about anew. */
export async function confirmSettlementAccount(
  db: Kysely<Database>,
  merchantId: MerchantId,
  version: number
): Promise<void> {
  await db
    .updateTable('settlement_account')
    .set({ state: 'confirmed' })
    .where('merchant_id', '=', merchantId)
    .where('version', '=', version)
    .where('state', '=', 'unconfirmed')
    .execute()
}
