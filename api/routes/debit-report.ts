import type { Transaction } from 'kysely'
import { z } from 'zod'
import type { Database } from '../../db/schema.ts'
import { Refusal } from '../../domain/errors.ts'
import { appendAudit } from '../../store/audit.ts'
import { findDebit, findDebitReport, readDenialToken, reportDebit, type Debit } from '../../store/debit-report.ts'
import { addNotice } from '../../store/notices.ts'
import { readBusinessNow } from '../../store/process.ts'
import { createRateLimit } from '../../store/rate-limits.ts'
import type { ApiDeps } from '../deps.ts'
import { route, type Route } from '../route.ts'
import { id, Instant, instant } from '../schemas.ts'

const DebitReportReply = z
  .strictObject({
    object: z.literal('debit_report'),
    debit_id: z.string().meta({ description: 'The payment, the withdrawal or the bill payment' }),
    wallets_frozen: z.int().min(0),
    sessions_ended: z.int().min(0),
    reported_at: Instant
  })
  .meta({ id: 'DebitReport' })

const shared = {
  description:
    'Freezes every wallet of the customer, ends every session, this one too, and gives operators a task. Once for each ' +
    'debit: repeated, it answers the same and does nothing.',
  reply: DebitReportReply,
  status: 200,
  idempotency: 'stored'
} as const

/** "It was not me." */
export const debitReportRoutes = (deps: ApiDeps): Route[] => [
  denyOwn(deps, '/payments/{id}/not-me', 'pay', 'Say that a payment was not mine'),
  denyOwn(deps, '/withdrawals/{id}/not-me', 'wdr', 'Say that a withdrawal was not mine'),
  denyOwn(deps, '/bill-payments/{id}/not-me', 'bpm', 'Say that the payment of a bill was not mine'),
  denyByMessage(deps)
]

const denyOwn = ({ db }: ApiDeps, path: string, prefix: 'pay' | 'wdr' | 'bpm', summary: string): Route =>
  route.post(
    path,
    {
      ...shared,
      summary,
      params: z.strictObject({ id: id(prefix) }),
      callers: { customer: 'own' },
      errors: ['state_conflict']
    },
    async ({ params, transaction, requestId }) =>
      deny(transaction, mustBeDebit(await findDebit(transaction, params.id)), 'session', requestId),
    { before: async ({ params, mustOwn }) => mustOwn((await findDebit(db, params.id)) ?? {}) }
  )

const denyByMessage = ({ db, pool, vault, policy }: ApiDeps): Route => {
  const badTokens = createRateLimit(pool, 'unauthenticated', policy.access.unauthenticated_per_address)
  return route.post(
    '/not-me',
    {
      ...shared,
      summary: 'Say that a debit was not mine, with what the message about it carried',
      body: z.strictObject({ token: z.string().max(200) }).meta({ id: 'DenialRequest' }),
      callers: 'public',
      errors: ['unauthenticated', 'state_conflict', 'too_many_requests']
    },
    async ({ body, transaction, requestId }) => {
      const debitId = readDenialToken(vault, body.token)
      const debit = mustBeDebit(debitId && (await findDebit(transaction, debitId)))
      return deny(transaction, debit, 'message', requestId)
    },
    {
      before: async ({ body, address }) => {
        const debitId = readDenialToken(vault, body.token)
        const debit = debitId && (await findDebit(db, debitId))
        if (debit && ((await isRecent(debit)) || (await findDebitReport(db, debit.id)))) return
        await badTokens.take(address)
        throw new Refusal('unauthenticated')
      }
    }
  )

  async function isRecent({ debitedAt }: Debit): Promise<boolean> {
    if (debitedAt === null) return false
    return (await readBusinessNow(db)).getTime() - debitedAt.getTime() < policy.debit_report.message_ms
  }
}

/** @throws {Refusal} `state_conflict` for what has never taken any money: it is canceled, or not confirmed. */
function mustBeDebit(debit: Debit | undefined): Debit {
  if (!debit) throw new Refusal('not_found')
  if (debit.debitedAt === null) throw new Refusal('state_conflict')
  return debit
}

async function deny(
  transaction: Transaction<Database>,
  debit: Debit,
  proof: 'session' | 'message',
  requestId: string
): Promise<z.input<typeof DebitReportReply>> {
  const { made, report } = await reportDebit(transaction, debit, proof, requestId)
  if (made) {
    await addNotice(transaction, debit.customerId, 'debit_reported', debit.id)
    const data = { proof, customer_id: debit.customerId, wallets_frozen: report.walletsFrozen }
    const entry = { actor: debit.customerId, action: 'debit.denied', object: debit.id, requestId, data }
    await appendAudit(transaction, entry)
  }
  return {
    object: 'debit_report',
    debit_id: report.debitId,
    wallets_frozen: report.walletsFrozen,
    sessions_ended: report.sessionsEnded,
    reported_at: instant(report.reportedAt)
  }
}
