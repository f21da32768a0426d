import { isDeepStrictEqual } from 'node:util'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { judge, summarize, type OracleReport } from '../cli/verify/report.ts'
import type { Answer } from './callers.ts'
import type { Operation } from './journal.ts'

export interface JudgeInput {
  readonly db: Kysely<Database>
  /** All that was ever asked of this database: what is in it and was not asked for is a breach. */
  readonly operations: readonly Operation[]
  /** Those whose answer is asked for once more. */
  readonly recent: readonly Operation[]
  readonly repeat: (operation: Operation) => Promise<Answer>
}

/**
 * What those who asked were told, held against the records (O5, O6): each rule answers with the first operation, or the
 * first record, that breaks it.
 */
export async function judgeAnswers({ db, operations, recent, repeat }: JudgeInput): Promise<OracleReport> {
  return summarize([
    await judge({ oracle: 'O6', rule: 'every unknown operation is resolved' }, async () => unresolved(operations)),
    await judge({ oracle: 'O6', rule: 'what was acknowledged is there' }, () => findMissing(db, operations)),
    await judge({ oracle: 'O6', rule: 'nothing is there that nobody was told of' }, () => findUntold(db, operations)),
    await judge({ oracle: 'O5', rule: 'a decision has the one effect that was told, a refused one has none' }, () =>
      findWrongDecision(db, operations)
    ),
    await judge({ oracle: 'O5', rule: 'the same key gets the same answer' }, () => findOtherAnswer(recent, repeat))
  ])
}

const words = ({ story, path, key, status }: Operation): string =>
  `${story}: POST ${path} under ${key} (${status ?? '-'})`

function unresolved(operations: readonly Operation[]): string | undefined {
  const open = operations.find(({ outcome }) => outcome === 'asked')
  return open && `${words(open)} has no answer`
}

/** The processes that a request begins, by its path; other things are the idempotency table's. */
const startPaths: Readonly<Record<string, string>> = {
  '/v1/payments': 'payment',
  '/v1/top-ups': 'top-up',
  '/v1/withdrawals': 'withdrawal',
  '/v1/payment-requests': 'payment-request',
  '/v1/onboardings': 'onboarding',
  '/v1/bank-accounts': 'bank-link',
  '/v1/cards': 'card-link',
  '/v1/refunds': 'refund',
  '/v1/disputes': 'dispute',
  '/v1/settlements': 'settlement',
  '/v1/bill-payments': 'bill-payment',
  '/v1/mandates': 'mandate'
}

const startsIn = (operations: readonly Operation[]) =>
  operations.filter(({ path, outcome }) => outcome === 'acknowledged' && Object.hasOwn(startPaths, path))

const idIn = ({ answer }: Operation): string => String(answer?.['id'])

async function findMissing(db: Kysely<Database>, operations: readonly Operation[]): Promise<string | undefined> {
  const there = new Map(
    (await db.selectFrom('process').select(['id', 'kind']).execute()).map((row) => [row.id, row.kind])
  )
  const seen = new Set<string>()
  for (const operation of startsIn(operations)) {
    const id = idIn(operation)
    if (there.get(id) !== startPaths[operation.path]) return `${words(operation)} was told ${id}, which is not there`
    if (seen.has(id)) return `${words(operation)} was told ${id}, as another key was`
    seen.add(id)
  }
  return undefined
}

/** What begins by itself is not asked for: automatic top-ups, a mandate's payments, reviews, returns, recoveries. */
async function findUntold(db: Kysely<Database>, operations: readonly Operation[]): Promise<string | undefined> {
  const told = new Set(startsIn(operations).map(idIn))
  const rows = await db
    .selectFrom('process')
    .select(['id', 'kind', 'state'])
    .where('kind', 'in', Object.values(startPaths))
    .where(sql<string>`"order" ->> 'actor'`, '<>', 'rescreening')
    .where(sql<string>`"order" ->> 'fingerprint'`, 'not like', 'automatic/%')
    .where(sql<string>`"order" ->> 'fingerprint'`, 'not like', 'mandate/%')
    .where(sql<boolean>`"order" -> 'order' ->> 'trigger' is distinct from 'daily'`)
    // A card holder's chargeback opens its own.
    .where(sql<boolean>`"order" -> 'order' ->> 'chargeback_id' is null`)
    .orderBy('id')
    .execute()
  const untold = rows.find(({ id }) => !told.has(id))
  return untold && `${untold.kind} ${untold.id} is ${untold.state}, and nobody was told that it was made`
}

/** Of payments and withdrawals: verbs that move money or give it up, each one unit of work. */
const DECISION = /^\/v1\/(?:payments|withdrawals)\/([a-z]{3}_[0-9a-f]{32})\/(capture|void|cancel|confirm)$/

async function findWrongDecision(db: Kysely<Database>, operations: readonly Operation[]): Promise<string | undefined> {
  const rows = await db
    .selectFrom('decision')
    .innerJoin('unit', 'unit.key', 'decision.unit_key')
    .select(['decision.process_id', 'decision.action'])
    .where('unit.refusal', 'is', null)
    .execute()
  const effects = new Map<string, number>()
  for (const row of rows) count(effects, `${row.process_id} ${row.action}`, 1)
  const told = new Map<string, Operation>()
  for (const operation of operations) {
    const [, id, verb] = DECISION.exec(operation.path) ?? []
    if (id === undefined || operation.outcome === 'asked') continue
    const name = `${id} ${verb}`
    told.set(name, operation)
    // A confirmation that cannot be paid is an answer without a posting.
    if (operation.outcome === 'acknowledged' && operation.answer?.['state'] !== 'declined') count(effects, name, -1)
  }
  for (const [name, operation] of told) {
    const balance = effects.get(name) ?? 0
    const mayDecline = operation.path.endsWith('/confirm')
    if (balance < 0) return `${words(operation)} and its like were told ${-balance} effects more than there are`
    if (balance > 0 && !mayDecline)
      return `${words(operation)} and its like had ${balance} effects that nobody was told of`
  }
  return undefined
}

const count = (counts: Map<string, number>, name: string, by: number): void =>
  void counts.set(name, (counts.get(name) ?? 0) + by)

async function findOtherAnswer(
  recent: readonly Operation[],
  repeat: JudgeInput['repeat']
): Promise<string | undefined> {
  for (const operation of recent.filter(({ outcome }) => outcome === 'acknowledged')) {
    const again = await repeat(operation)
    if (again.status !== operation.status || !isDeepStrictEqual(again.body, operation.answer))
      return `${words(operation)} was told ${JSON.stringify(operation.answer)}, and now ${again.status} ${JSON.stringify(again.body)}`
  }
  return undefined
}
