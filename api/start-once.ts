import type { SearchAttributePair } from '@temporalio/common'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { Refusal } from '../domain/errors.ts'
import type { Progress, Start } from '../domain/orders.ts'
import { findFirstVersion } from '../store/event.ts'
import { findProcess } from '../store/process.ts'
import type { ApiDeps } from './deps.ts'
import { locationOf, objectOf } from './links.ts'
import { answer, type Answer, type Call } from './route.ts'
import type { StartAnswer } from './temporal.ts'

/** What is to be started: it always has the same id for the same key. */
export interface Named {
  /** The workflow's type, and the first half of its id. */
  readonly type: string
  readonly id: string
}

/** What a run is started with, once that is known to be allowed. */
interface Wanted {
  readonly order: object
  readonly policy: object
  /** What operators read beside the run. No personal data. */
  readonly summary: string
  readonly searchAttributes: readonly SearchAttributePair[]
}

type StartCall = Pick<
  Call<unknown, unknown, unknown, unknown, 'process'>,
  'principal' | 'requestId' | 'fingerprint' | 'updateId'
> & { readonly caller?: { readonly kind: string } | undefined }

/** How routes start processes: with one answer for one key, whoever has to give it. */
export function createStart<C extends StartCall>(
  { db, processes }: Pick<ApiDeps, 'db' | 'processes'>,
  read: (id: string, version: number, call: C) => Promise<unknown>
) {
  const attempts = createAttempts()

  const firstOf = async (id: string, given: StartAnswer<Progress<string>>): Promise<First | undefined> => {
    if (given.kind === 'overloaded') throw new Refusal('service_unavailable')
    return given.kind === 'answered' ? { ...given, version: given.outcome.version } : firstFromRecord(db, id)
  }

  /** @param first absent while nothing is committed: 202. */
  async function told(call: C, { type, id }: Named, first: First | undefined): Promise<Answer<unknown>> {
    if (!first) return answer(202, { id, object: objectOf(type) }, { Location: locationOf(type, id) })
    if (first.fingerprint !== call.fingerprint) throw new Refusal('idempotency_key_reused')
    const isFirst = first.requestId === call.requestId
    const replayed: Record<string, string> = isFirst ? {} : { 'Idempotent-Replayed': 'true' }
    return answer(201, await read(id, first.version, call), { Location: locationOf(type, id), ...replayed })
  }

  async function startNow(call: C, named: Named, wanted: Wanted): Promise<Answer<unknown>> {
    const { fingerprint, requestId, principal, updateId } = call
    const request = { ...named, ...wanted, fingerprint, requestId, updateId, actor: principal }
    return told(call, named, await firstOf(named.id, await processes.startOnce(request)))
  }

  /**
   * Starts the process once, and answers with its first outcome: 201, or 202 while nothing is committed. What has begun
   * under the key answers for itself, whether `allow` would let it begin today or not: its own run may have changed that.
   * @param allow what to start it with, not asked of what has its record; it may be asked more than once.
   * @throws {Refusal} `idempotency_key_reused`; `service_unavailable` when nobody can say what has begun; what `allow`
   *   refuses, once there is neither a record nor a run
   */
  async function startAllowed(call: C, named: Named, allow: () => Promise<Wanted>): Promise<Answer<unknown>> {
    // Postgres goes first: it knows what a key stands for long after Temporal has forgotten the run, and would take
    // another order under the same key for a new one.
    const there = await firstFromRecord(db, named.id)
    if (there) return told(call, named, there)
    const tried = await attempts.run(named.id, async () => {
      const wanted = await allow().catch(refusalOnly)
      return wanted instanceof Refusal ? wanted : startNow(call, named, wanted)
    })
    if (!(tried instanceof Refusal)) return tried
    await attempts.ended(named.id)
    const found = await processes.findOnce<Progress<string>>({ ...named, updateId: call.updateId })
    const first = await firstOf(named.id, found)
    if (!first && found.kind === 'closed') throw tried
    return told(call, named, first)
  }

  return {
    startAllowed,
    /** The same of what needs no leave. */
    start: (call: C, { type, id, ...wanted }: Named & Wanted): Promise<Answer<unknown>> =>
      startAllowed(call, { type, id }, () => Promise.resolve(wanted))
  }
}

/** Whose key it was, and the version of the record that was the answer. */
interface First {
  readonly fingerprint: string
  readonly requestId: string
  readonly version: number
}

/** What the first committed unit said, for a replay that Temporal does not remember, or a run that died before it answered. */
async function firstFromRecord(db: Kysely<Database>, id: string): Promise<First | undefined> {
  const record = await findProcess(db, id)
  const version = record && (await findFirstVersion(db, id))
  if (!record || version === undefined) return undefined
  const { fingerprint, requestId } = record.order as Start<unknown>
  return { fingerprint, requestId, version }
}

function refusalOnly(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  throw error
}

/** Requests of this process that may start something yet: one whose caller has stopped waiting goes on. */
function createAttempts() {
  const underWay = new Map<string, Set<Promise<unknown>>>()
  return {
    async run<Result>(id: string, attempt: () => Promise<Result>): Promise<Result> {
      const those = underWay.get(id) ?? new Set()
      underWay.set(id, those)
      const one = attempt()
      those.add(one)
      try {
        return await one
      } finally {
        those.delete(one)
        if (those.size === 0) underWay.delete(id)
      }
    },
    /** Those that are under way now. */
    ended: async (id: string): Promise<void> => void (await Promise.allSettled([...(underWay.get(id) ?? [])]))
  }
}
