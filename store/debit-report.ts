import { randomBytes, timingSafeEqual } from 'node:crypto'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import { isId, type BillPaymentId, type CustomerId, type PaymentId, type WithdrawalId } from '../domain/ids.ts'
import { findBillPayment } from './bill-payment.ts'
import { findPayment } from './payment.ts'
import { endSessions } from './sessions.ts'
import type { Vault } from './vault.ts'
import { freezeWallet, listWallets } from './wallet.ts'
import { findWithdrawal } from './withdrawal.ts'

/** What leaves a wallet, and can be denied. */
export type DebitId = PaymentId | WithdrawalId | BillPaymentId

export interface Debit {
  readonly id: DebitId
  readonly customerId: CustomerId
  /** Business time since which the money is held or gone; null: it never was. */
  readonly debitedAt: Date | null
}

/** "It was not me", and what came of it at once. */
export interface DebitReport {
  readonly debitId: string
  readonly walletsFrozen: number
  readonly sessionsEnded: number
  /** Business time. */
  readonly reportedAt: Date
}

export async function findDebit(db: Kysely<Database>, id: string): Promise<Debit | undefined> {
  if (isId('pay', id)) {
    const payment = await findPayment(db, id)
    return payment && { id, customerId: payment.customerId, debitedAt: payment.authorizedAt }
  }
  if (isId('bpm', id)) {
    const bill = await findBillPayment(db, id)
    return bill && { id, customerId: bill.customerId, debitedAt: bill.heldAt }
  }
  const withdrawal = isId('wdr', id) ? await findWithdrawal(db, id) : undefined
  return withdrawal && { id: withdrawal.id, customerId: withdrawal.customerId, debitedAt: withdrawal.heldAt }
}

const TOKEN = /^cof_not_me_((?:pay|wdr|bpm)_[0-9a-f]{32})_([0-9a-f]{64})$/

/** What the message about a debit carries: a keyed hash of its id, so that nothing of it has to be kept. */
export const denialToken = (vault: Vault, id: DebitId): string =>
  `cof_not_me_${id}_${vault.blindIndex('not_me', id).toString('hex')}`

/** The debit that the token is of; undefined for one that we did not make. */
export function readDenialToken(vault: Vault, token: string): DebitId | undefined {
  const [, id = '', mac = ''] = TOKEN.exec(token) ?? []
  if (!isId('pay', id) && !isId('wdr', id) && !isId('bpm', id)) return undefined
  return timingSafeEqual(vault.blindIndex('not_me', id), Buffer.from(mac, 'hex')) ? id : undefined
}

export async function findDebitReport(db: Kysely<Database>, debitId: DebitId): Promise<DebitReport | undefined> {
  const row = await db.selectFrom('debit_report').selectAll().where('debit_id', '=', debitId).executeTakeFirst()
  return row && toReport(row)
}

/**
 * Freezes every wallet of the customer, ends every session, and gives operators a task; once for each debit: whoever
 * repeats it changes nothing, also after the wallets were thawed. An operator's freeze, since whoever paid in the
 * customer's name may know the PIN and the password that thaw one of the owner's. A dispute will begin here.
 */
export async function reportDebit(
  transaction: Transaction<Database>,
  { id, customerId }: Debit,
  proof: 'session' | 'message' | 'dispute',
  requestId: string
): Promise<{ made: boolean; report: DebitReport }> {
  await sql`select from customer where id = ${customerId} for no key update`.execute(transaction)
  const before = await findDebitReport(transaction, id)
  if (before) return { made: false, report: before }
  const wallets = (await listWallets(transaction, customerId)).filter(({ state }) => state !== 'closed')
  for (const wallet of wallets) await freezeWallet(transaction, wallet.id, 'operator')
  const sessionsEnded = await endSessions(transaction, customerId)
  const taskId = `tsk_${randomBytes(16).toString('hex')}`
  await transaction
    .insertInto('task')
    .values({
      id: taskId,
      process_id: id,
      kind: 'unauthorized_debit',
      data: JSON.stringify({ debit_id: id, customer_id: customerId, proof }),
      created_at: sql<Date>`business_now()`
    })
    .execute()
  const row = await transaction
    .insertInto('debit_report')
    .values({
      debit_id: id,
      customer_id: customerId,
      proof,
      task_id: taskId,
      wallets_frozen: wallets.length,
      sessions_ended: sessionsEnded,
      request_id: requestId
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { made: true, report: toReport(row) }
}

/** An operator has thawed: where nothing of the customer's is frozen any more, somebody has looked into what was denied. */
export async function closeDebitTasks(transaction: Transaction<Database>, customerId: CustomerId): Promise<void> {
  await sql`
    update task t set state = 'done', done_at = business_now() from debit_report r
      where r.customer_id = ${customerId} and t.id = r.task_id and t.state = 'open'
        and not exists (select from wallet where customer_id = ${customerId} and state = 'frozen')`.execute(transaction)
}

const toReport = (row: {
  debit_id: string
  wallets_frozen: number
  sessions_ended: number
  reported_at: Date
}): DebitReport => ({
  debitId: row.debit_id,
  walletsFrozen: row.wallets_frozen,
  sessionsEnded: row.sessions_ended,
  reportedAt: row.reported_at
})
