import { log } from '@temporalio/activity'
import { inTransaction } from '../db/in-transaction.ts'
import { checkStatement, type BankStatement } from '../domain/bank-statement.ts'
import { readCamt053 } from '../domain/camt053.ts'
import { Refusal } from '../domain/errors.ts'
import { readStatementCsv } from '../domain/statement-csv.ts'
import {
  contentHashOf,
  findMisfit,
  keepFile,
  openFile,
  putStatement,
  type StatementFormat
} from '../store/bank-statement.ts'
import { getReconciliation, type Reconciliation } from '../store/reconciliation.ts'
import { isEarlierDayUnbooked } from '../store/reconciliation-days.ts'
import { advance } from './advance.ts'
import { beating } from './beating.ts'
import type { ActivityDeps } from './deps.ts'
import {
  toReconciliationProgress,
  type ReconciliationProgress,
  type ReconciliationStart
} from './reconciliation-progress.ts'
import { importPart, openPart, refusePart } from './reconciliation-units.ts'

type ImportDeps = Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'policy' | 'crash'> & {
  readonly bank: Pick<ActivityDeps['bank'], 'fetchStatement'>
}

interface StatementFile {
  readonly content: string
  readonly format: StatementFormat
}

/** A day's first steps: its record, and its statement, which is believed only when it agrees with itself and the last one. */
export function reconciliationActivities({ db, ledger, vault, policy, bank, crash }: ImportDeps) {
  const get = (start: ReconciliationStart) => getReconciliation(db, start.id)

  /** The file that somebody brought, else the bank's; a word when there is none yet. */
  async function readFile(seen: Reconciliation): Promise<StatementFile | string> {
    if (seen.fileHash !== null) return openFile(db, vault, seen.fileHash)
    const { fetch_timeout_ms, statement_max_bytes } = policy.reconciliation
    const signal = AbortSignal.timeout(fetch_timeout_ms)
    const fetched = await bank.fetchStatement(seen.bank, seen.date, statement_max_bytes, signal)
    if (fetched.kind !== 'statement') return fetched.kind === 'not_yet' ? 'the_bank_has_none_yet' : fetched.reason
    return { content: fetched.content, format: 'camt053' }
  }

  /** @returns why it was not taken; undefined: it was, now or before. */
  async function take(seen: Reconciliation, file: StatementFile) {
    try {
      const statement = parse(file, seen, policy.reconciliation.account_ibans)
      const misfit = await findMisfit(db, statement)
      if (misfit) return misfit
      const fileHash = await keepFile(db, vault, file.format, file.content)
      const source = { fileHash, contentHash: contentHashOf(statement) }
      await inTransaction(db, (transaction) => putStatement(transaction, seen.id, statement, source))
      return undefined
    } catch (error) {
      if (error instanceof Refusal) return error
      throw error
    }
  }

  async function refuse(start: ReconciliationStart, { code, data }: Refusal): Promise<ReconciliationProgress> {
    const refusal = { code, data }
    log.warn('a statement was not taken', { reconciliation: start.id, code, ...data })
    const { seen } = await advance(
      ledger,
      { key: ({ version }: Reconciliation) => `${start.id}:refuse:${version}`, fingerprint: start.fingerprint },
      () => get(start),
      (now) =>
        now.state !== 'importing' || now.refusal?.code === code
          ? undefined
          : refusePart(now, refusal, start.policy.stuck_sla_ms)
    )
    return toReconciliationProgress(seen, code)
  }

  return {
    /** The record of a day that was asked for; once. */
    openReconciliation: async (start: ReconciliationStart): Promise<ReconciliationProgress> => {
      const key = { key: `${start.id}:open`, fingerprint: start.fingerprint }
      const { seen } = await advance(
        ledger,
        key,
        () => get(start),
        (wanted) => (wanted.version > 0 ? undefined : openPart(start, wanted))
      )
      return toReconciliationProgress(seen)
    },

    /** Gets the day's statement, looks whether it can be believed, and puts it down. */
    importStatement: (start: ReconciliationStart): Promise<ReconciliationProgress> => beating(() => importOnce(start))
  }

  async function importOnce(start: ReconciliationStart): Promise<ReconciliationProgress> {
    const seen = await get(start)
    if (seen.state !== 'importing') return toReconciliationProgress(seen)
    // The end of the day before it has this run look again.
    if (await isEarlierDayUnbooked(db, seen)) return toReconciliationProgress(seen, 'an_earlier_day')
    const file = await readFile(seen)
    if (typeof file === 'string') return toReconciliationProgress(seen, file)
    const refused = await take(seen, file)
    if (refused) return refuse(start, refused)
    crash('reconciliation.import/put')
    const { seen: after } = await advance(
      ledger,
      { key: `${start.id}:import`, fingerprint: start.fingerprint },
      () => get(start),
      (now) => (now.state === 'importing' ? importPart(now) : undefined)
    )
    return toReconciliationProgress(after)
  }
}

/** @throws {Refusal} `statement_invalid` */
function parse(
  { content, format }: StatementFile,
  { bank, date }: Reconciliation,
  ownIbans: Readonly<Record<'a' | 'b', string>>
): BankStatement {
  const statement = checkStatement(format === 'csv' ? readStatementCsv(content) : readCamt053(content), ownIbans)
  if (statement.bank !== bank || statement.date !== date)
    throw new Refusal('statement_invalid', { reason: 'another_day_or_bank' })
  return statement
}
