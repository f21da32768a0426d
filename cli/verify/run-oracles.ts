import { CompiledQuery, sql, type Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { limits } from '../../domain/policy/limits.ts'
import type { ReferenceRates } from '../../domain/reference-rates.ts'
import type { States } from '../../domain/transitions.ts'
import { bookOracles } from '../../ledger/oracles.ts'
import type { Counterpart } from '../../providers/bank.ts'
import type { BankJournal } from '../../providers/bank-journal.ts'
import { verifyAuditChain } from '../../store/audit.ts'
import { legalArrows, machines, processOracles } from '../../store/oracles.ts'
import { findBankBreach } from './bank.ts'
import { findUnscheduledMandate, type ListSchedules } from './live-schedules.ts'
import { findLostProcess, findStuckProcess, STUCK_AFTER, type ListWorkflows, type Patience } from './live-workflows.ts'
import { judge, summarize, type OracleReport, type OracleResult } from './report.ts'
import { findSafeguardingBreach } from './safeguarding.ts'

export interface OracleInput {
  readonly db: Kysely<Database>
  /** Without it the bank oracle is left out. */
  readonly readJournal?: (bank: Counterpart) => Promise<BankJournal>
  /** Without it the live half of O7 is left out. */
  readonly listWorkflows?: ListWorkflows
  /** Without it nobody looks whether runs are stuck. */
  readonly listFailing?: ListWorkflows
  /** With runs that fail; a minute unless it is said. */
  readonly patience?: Patience
  /** Without it mandates' Schedules are not looked for. */
  readonly listSchedules?: ListSchedules
  /** For safeguarding; null leaves it out, for tests whose money comes from nowhere. */
  readonly rates?: ReferenceRates | null
  /** The state machines by kind of process; tests of the ledger alone bring their own. */
  readonly states?: Readonly<Record<string, States<never>>>
}

const safeguarding = { oracle: 'safeguarding', rule: 'customers and merchants are covered by the banks' }

const auditChain = { oracle: 'O9', rule: 'the audit log is one unbroken chain of hashes' }

async function findAuditBreach(snapshot: Kysely<Database>): Promise<string | undefined> {
  const verdict = await verifyAuditChain(snapshot)
  return verdict.kind === 'broken' ? `audit_log ${verdict.seq}: ${verdict.why}` : undefined
}

const banks: readonly Counterpart[] = ['a', 'b', 'acquirer']

/**
 * Judges the whole system, read-only, also while it works: everything that one database knows is read in one snapshot.
 * The banks' journals are read before it, so that what we booked on their word cannot be missing there.
 */
export async function runOracles(input: OracleInput): Promise<OracleReport> {
  const { db, rates = limits.reference_rates, states = machines } = input
  const journals = await readJournals(input)
  const inSnapshot = await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (snapshot) => [
      ...(await runStatements(snapshot, legalArrows(states))),
      ...(await judgeBanks(snapshot, journals)),
      ...(rates === null ? [] : [await judge(safeguarding, () => findSafeguardingBreach(snapshot, rates))]),
      await judge(auditChain, () => findAuditBreach(snapshot))
    ])
    .catch((error: unknown) => [unreachable(error)])
  return summarize([...inSnapshot, ...(await judgeRuns(input))])
}

async function judgeRuns(input: OracleInput): Promise<OracleResult[]> {
  const { db, listWorkflows, listFailing, listSchedules, patience = STUCK_AFTER } = input
  const live = (rule: string, find: () => Promise<string | undefined>) => judge({ oracle: 'O7', rule }, find)
  const results: OracleResult[] = []
  if (listWorkflows)
    results.push(await live('every open process has a running workflow', () => findLostProcess(db, listWorkflows)))
  if (listFailing)
    results.push(
      await live('no workflow is stuck at a task that fails', () => findStuckProcess(db, listFailing, patience))
    )
  if (listSchedules)
    results.push(
      await live('every mandate with something to come has a Schedule', () => findUnscheduledMandate(db, listSchedules))
    )
  return results
}

async function runStatements(snapshot: Kysely<Database>, arrows: string): Promise<OracleResult[]> {
  const results: OracleResult[] = []
  for (const statement of [...bookOracles, ...processOracles]) {
    const query = CompiledQuery.raw(statement.sql, statement.sql.includes('$1') ? [arrows] : [])
    const find = async () => (await snapshot.executeQuery(query)).rows as { breach: string }[]
    results.push(await judge(statement, async () => (await find())[0]?.breach))
  }
  return results
}

interface Journals {
  /** The database's clock before any of them was read: our postings are compared with it. */
  readonly since: Date
  readonly journals: readonly { readonly bank: Counterpart; readonly journal: BankJournal | Error }[]
}

async function readJournals({ db, readJournal }: OracleInput): Promise<Journals> {
  if (!readJournal) return { since: new Date(), journals: [] }
  try {
    const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db)
    const read = async (bank: Counterpart) => ({ bank, journal: await readJournal(bank).catch(asError) })
    return { since: rows[0]!.now, journals: await Promise.all(banks.map(read)) }
  } catch (error) {
    return { since: new Date(), journals: banks.map((bank) => ({ bank, journal: asError(error) })) }
  }
}

async function judgeBanks(snapshot: Kysely<Database>, { since, journals }: Journals): Promise<OracleResult[]> {
  const results: OracleResult[] = []
  for (const { bank, journal } of journals) {
    const rule = `${bank === 'acquirer' ? 'the acquirer' : `bank ${bank}`}'s journal and our cash + in transit agree, line by line and in total`
    results.push(
      await judge({ oracle: 'O4', rule }, async (note) => {
        if (journal instanceof Error) throw journal
        return findBankBreach(snapshot, bank, journal, since, note)
      })
    )
  }
  return results
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

const unreachable = (error: unknown): OracleResult => ({
  oracle: 'database',
  rule: 'the books can be read',
  verdict: 'unknown',
  detail: asError(error).message,
  exceptions: []
})
