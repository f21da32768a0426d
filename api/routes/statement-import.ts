import { checkStatement, type BankStatement } from '../../domain/bank-statement.ts'
import { readCamt053 } from '../../domain/camt053.ts'
import { Refusal } from '../../domain/errors.ts'
import { dayOf } from '../../domain/reconciliation.ts'
import { readStatementCsv } from '../../domain/statement-csv.ts'
import { appendAudit } from '../../store/audit.ts'
import { contentHashOf, findMisfit, keepFile } from '../../store/bank-statement.ts'
import { readBusinessNow } from '../../store/process.ts'
import {
  findDay,
  findReconciliation,
  insertReconciliation,
  replaceFile,
  toReconciliationView,
  type Reconciliation
} from '../../store/reconciliation.ts'
import type { ApiDeps } from '../deps.ts'
import { ReconciliationReply } from '../reconciliation-schemas.ts'
import { answer, route, type Route } from '../route.ts'
import { launchDay } from './reconciliation.ts'

/** Statements that somebody brings, instead of the bank. */
export const statementImportRoutes = (deps: ApiDeps): Route[] => [importRoute(deps)]

const importRoute = (deps: ApiDeps): Route =>
  route.post(
    '/reconciliations/imports',
    {
      summary: 'Bring a bank’s statement',
      description:
        'The body is the file: camt.053 (`application/xml`) or the banks’ CSV (`text/csv`), of one day of our account. It has to ' +
        'agree with itself and begin where the last one ended. The same statement again changes nothing; another one for a ' +
        'day that was taken is refused.',
      rawBody: { types: ['application/xml', 'text/csv'] },
      bodyLimit: deps.policy.reconciliation.statement_max_bytes,
      reply: ReconciliationReply,
      status: 201,
      otherReplies: { 200: { description: 'That statement was taken before', schema: ReconciliationReply } },
      callers: { finance: 'any' },
      scope: 'reconciliations:write',
      idempotency: 'stored',
      errors: ['statement_invalid', 'statement_conflict', 'statement_out_of_order', 'idempotency_key_reused']
    },
    async ({ raw, rawType, transaction, principal, requestId, afterCommit }) => {
      const format = rawType === 'text/csv' ? 'csv' : 'camt053'
      const accounts = format === 'csv' ? readStatementCsv(raw) : readCamt053(raw)
      const statement = checkStatement(accounts, deps.policy.reconciliation.account_ibans)
      const { bank, date } = statement
      if (date >= dayOf(await readBusinessNow(transaction)))
        throw new Refusal('statement_invalid', { reason: 'day_not_over' })
      const taken = await findTaken(transaction, statement)
      if (taken) return answer(200, toReconciliationView(taken), locationOf(taken))
      const misfit = await findMisfit(transaction, statement)
      if (misfit) throw misfit
      const fileHash = await keepFile(transaction, deps.vault, format, raw)
      const { made, day } = await insertReconciliation(transaction, { bank, date, askedBy: principal, fileHash })
      // Taken this moment by another: whoever comes again is told whether it says the same.
      if (!made && !(await replaceFile(transaction, day.id, fileHash)))
        throw new Refusal('state_conflict', { id: day.id })
      const entry = { actor: principal, action: 'reconciliation.imported', object: day.id, requestId }
      await appendAudit(transaction, { ...entry, data: { file_hash: fileHash } })
      const now = (await findReconciliation(transaction, day.id))!
      afterCommit(() => launchDay(deps, now))
      return answer(201, toReconciliationView(now), locationOf(now))
    }
  )

const locationOf = ({ id }: Reconciliation) => ({ Location: `/v1/reconciliations/${id}` })

/** The day's record when this statement was taken for it. @throws {Refusal} `statement_conflict` when another one was */
async function findTaken(db: ApiDeps['db'], statement: BankStatement) {
  const found = await findDay(db, statement.bank, statement.date)
  if (!found?.contentHash) return undefined
  if (found.contentHash !== contentHashOf(statement))
    throw new Refusal('statement_conflict', { reason: 'another_was_taken', reconciliation_id: found.id })
  return found
}
