import type { Database } from '../db/schema.ts'
import type { Kysely, Transaction } from 'kysely'
import { inSnapshot, inTransaction } from '../db/in-transaction.ts'
import { Refusal, type ProblemCode } from '../domain/errors.ts'
import { decisionUnitKey, recordDecision } from '../store/decision.ts'
import { listHistory, type ProcessEvent } from '../store/event.ts'
import { findProcess, type ProcessRecord } from '../store/process.ts'
import { workflowIdOf } from '../workflows/messages.ts'
import type { ApiDeps } from './deps.ts'
import { locationOf, objectOf, runOf } from './links.ts'
import { answer, type Answer, type Call } from './route.ts'
import { createStart } from './start-once.ts'

type AnyCall = Pick<
  Call<unknown, unknown, unknown, unknown, 'process'>,
  'principal' | 'requestId' | 'fingerprint' | 'updateId' | 'idempotencyKey'
> & { readonly caller?: { readonly kind: string } | undefined }

export interface DecisionRequest {
  readonly type: string
  readonly processId: string
  /** The verb of the route. */
  readonly action: string
  readonly data: Readonly<Record<string, unknown>>
  readonly role: string
  /** Stands if and only if the decision does: the audit log's row, a review that is closed by it. */
  readonly alongside?: (transaction: Transaction<Database>) => Promise<void>
}

/** How routes start processes, decide about them, and read them: with one answer for one key, whoever has to give it. */
export function createSubmit({ db, processes, config }: Pick<ApiDeps, 'db' | 'processes' | 'config'>) {
  const read = (id: string, version: number | undefined, call: AnyCall, from = db) =>
    readThing(from, id, version, call.caller?.kind === 'operator' ? config : undefined)

  return {
    ...createStart<AnyCall>({ db, processes }, read),

    /**
     * Stores the decision, has the process carry it out, and answers with the record as that left it.
     * @throws {Refusal} what the process refuses; `state_conflict` when it is over
     */
    decide: async (call: AnyCall, request: DecisionRequest): Promise<Answer<unknown>> => {
      const { type, processId, action, data, role, alongside } = request
      const decision = {
        id: decisionIdOf(call),
        processId,
        action,
        data,
        role,
        actor: call.principal,
        fingerprint: call.fingerprint,
        requestId: call.requestId
      }
      const record = await findProcess(db, processId)
      if (!record) throw new Refusal('not_found')
      if (!record.open) await refuseUnlessKnown(db, decision, record.state)
      const { replayOf } = await inTransaction(db, async (transaction) => {
        const recorded = await recordDecision(transaction, decision)
        if (recorded.made) await alongside?.(transaction)
        return recorded
      })
      const given = await processes.update<unknown>({
        workflowId: workflowIdOf(type, processId),
        name: action,
        updateId: call.updateId,
        args: [decision.id]
      })
      const done = await decidedInRecord(db, decision)
      if (!done && given.kind === 'overloaded') throw new Refusal('service_unavailable')
      if (!done)
        return answer(202, { id: processId, object: objectOf(type) }, { Location: locationOf(type, processId) })
      return answer(200, await read(processId, done.version, call), replayOf ? { 'Idempotent-Replayed': 'true' } : {})
    },

    /** The thing as it is now. @throws {Refusal} `not_found` */
    read: async (call: AnyCall, id: string): Promise<Answer<unknown>> => answer(200, await read(id, undefined, call)),

    /** The same, with what else is known of it at that moment: its record may be newer otherwise than its history. */
    readBeside: <Known>(
      call: AnyCall,
      id: string,
      find: (snapshot: Kysely<Database>) => Promise<Known>
    ): Promise<readonly [Answer<unknown>, Known]> =>
      inSnapshot(db, async (snapshot) => {
        const known = await find(snapshot)
        return [answer(200, await read(id, undefined, call, snapshot)), known]
      })
  }
}

/** The same request makes the same decision. */
export const decisionIdOf = ({ updateId }: Pick<AnyCall, 'updateId'>): string => updateId.slice(0, 32)

export type Submit = ReturnType<typeof createSubmit>

/** A process that is over takes no decision; one that it took before still has its answer. */
async function refuseUnlessKnown(db: Kysely<Database>, decision: Parameters<typeof decisionUnitKey>[0], state: string) {
  const known = await db.selectFrom('decision').select('id').where('id', '=', decision.id).executeTakeFirst()
  if (!known) throw new Refusal('state_conflict', { state })
}

/**
 * What became of a decision, from its unit of work: the same answer now and later, whoever carried it out, and wherever
 * the thing has got to since. Undefined while nobody has carried it out.
 * @throws {Refusal} what the process refused it with; `state_conflict` when it ended first
 */
async function decidedInRecord(
  db: Kysely<Database>,
  decision: Parameters<typeof decisionUnitKey>[0]
): Promise<{ version: number } | undefined> {
  const { processId } = decision
  const unit = await findUnit(db, decisionUnitKey(decision))
  if (unit?.refusal === null) return { version: await versionLeftBy(db, processId, unit.id) }
  const record = await findProcess(db, processId)
  if (record && goesOn(decision.action, record)) return { version: record.version }
  if (unit) throw new Refusal(unit.refusal as ProblemCode, (unit.data ?? {}) as Readonly<Record<string, unknown>>)
  if (record && !record.open) throw new Refusal('state_conflict', { state: record.state })
  return undefined
}

/** What was said yes to and cannot be paid is declined, or has still to be confirmed: that is an answer, not an error. */
const goesOn = (action: string, { kind, state }: ProcessRecord): boolean =>
  (action === 'confirm' && state === 'declined') ||
  (kind === 'bill-payment' && action === 'approve' && (state === 'awaiting_funds' || state === 'failed')) ||
  (action === 'approve' && kind !== 'onboarding' && (state === 'declined' || state === 'requires_action'))

const findUnit = (db: Kysely<Database>, key: string) =>
  db.selectFrom('unit').select(['id', 'refusal', 'data']).where('key', '=', key).executeTakeFirst()

async function versionLeftBy(db: Kysely<Database>, objectId: string, unitId: bigint): Promise<number> {
  const { version } = await db
    .selectFrom('event')
    .select((select) => select.fn.max('object_version').as('version'))
    .where('object_id', '=', objectId)
    .where('unit_id', '=', unitId)
    .executeTakeFirstOrThrow()
  return Number(version)
}

/** A record with its timeline; operators get the link to the run as well. */
async function readThing(
  db: Kysely<Database>,
  id: string,
  version: number | undefined,
  links: ApiDeps['config'] | undefined
): Promise<Record<string, unknown>> {
  const history = await listHistory(db, id, version)
  const last = history.at(-1)
  if (!last) throw new Refusal('not_found')
  return {
    ...last.data,
    created_at: history[0]!.createdAt.toISOString(),
    updated_at: last.createdAt.toISOString(),
    timeline: history.map(toTimelineEntry),
    ...(links && { run: runOf(links, (await findProcess(db, id))!.kind, id) })
  }
}

const toTimelineEntry = ({ createdAt, type, to, actor }: ProcessEvent) => ({
  at: createdAt.toISOString(),
  type,
  state: to,
  ...(actor !== null && { by: actor })
})
