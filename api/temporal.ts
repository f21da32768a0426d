import { WithStartWorkflowOperation, type Client } from '@temporalio/client'
import type { SearchAttributePair } from '@temporalio/common'
import { WORKFLOW_TASK_TIMEOUT_MS } from '../temporal/tuning.ts'
import { fitSummary } from '../temporal/ui-text.ts'
import { nudge, outcome, workflowIdOf, type FirstOutcome, type Start } from '../workflows/messages.ts'
import { createAsk } from './ask.ts'
import { createInFlightEach } from './in-flight.ts'
import { refusalIn, type Unanswered } from './unanswered.ts'

export type StartAnswer<Outcome> = ({ readonly kind: 'answered' } & FirstOutcome<Outcome>) | Unanswered

export type UpdateAnswer<Result> =
  | { readonly kind: 'answered'; readonly result: Result }
  /** The workflow refused by an `ApplicationFailure`: its type and first detail. */
  | { readonly kind: 'refused'; readonly type: string; readonly detail: unknown }
  | Unanswered

export interface StartRequest<Order, Policy = unknown> extends Start<Order, Policy> {
  /** The workflow's name, and the first half of its id. */
  readonly type: string
  /** hash(principal ‖ method ‖ concrete path ‖ idempotency key): the same request always brings the same one. */
  readonly updateId: string
  readonly summary: string
  readonly searchAttributes: readonly SearchAttributePair[]
}

export type FindRequest = Pick<StartRequest<unknown>, 'type' | 'id' | 'updateId'>

export interface LaunchRequest {
  readonly type: string
  readonly id: string
  /** The workflow's one argument; null: it takes none. */
  readonly order: object | null
  readonly summary: string
  readonly searchAttributes: readonly SearchAttributePair[]
}

export interface UpdateRequest {
  readonly workflowId: string
  readonly name: string
  readonly updateId: string
  readonly args: readonly [unknown, ...unknown[]]
}

export interface Processes {
  startOnce<Outcome>(request: StartRequest<unknown>): Promise<StartAnswer<Outcome>>
  /** What `startOnce` would say of a run that is there; `closed` also where there is none. Starts nothing. */
  findOnce<Outcome>(request: FindRequest): Promise<StartAnswer<Outcome>>
  /** Starts a run that nobody waits for; one that is there already is left alone. */
  launch(request: LaunchRequest): Promise<'started' | Unanswered['kind']>
  /** The same, and one that is there looks again: in one step, so that none closes between the two without having seen it. */
  launchOrNudge(request: LaunchRequest): Promise<'started' | Unanswered['kind']>
  update<Result>(request: UpdateRequest): Promise<UpdateAnswer<Result>>
  /** "Look again"; losing one is harmless, because the sweeper nudges again. */
  nudge(workflowId: string): Promise<'sent' | Unanswered['kind']>
  /** The same for many, a few at a time, so that requests keep getting their turn. */
  nudgeAll(workflowIds: Iterable<string>): Promise<void>
}

export interface ProcessesOptions {
  readonly client: Client
  readonly taskQueue: string
  readonly limit?: number
  readonly queueMax?: number
  readonly answerDeadlineMs?: number
}

/** The API's only way to Temporal: bounded in number and in time, and every failure of the engine a value. */
export function createProcesses(options: ProcessesOptions): Processes {
  const { client, taskQueue, limit = 16, queueMax = 512, answerDeadlineMs = 10_000 } = options
  const ask = createAsk({ client, limit, queueMax, answerDeadlineMs })
  const updates = createInFlightEach({ limit: UPDATES_MAX, queueMax })

  async function begin(
    { type, id }: LaunchRequest,
    call: () => Promise<unknown>
  ): Promise<'started' | Unanswered['kind']> {
    const answer = await ask(workflowIdOf(type, id), async () => {
      await call()
      return { kind: 'started' as const }
    })
    return answer.kind
  }

  async function nudgeOne(workflowId: string): Promise<'sent' | Unanswered['kind']> {
    const answer = await ask(workflowId, async () => {
      await client.workflow.getHandle(workflowId).signal(nudge)
      return { kind: 'sent' as const }
    })
    return answer.kind
  }

  return {
    startOnce: (request) =>
      ask(workflowIdOf(request.type, request.id), async () => {
        const answer = await client.workflow.executeUpdateWithStart(outcome, {
          updateId: request.updateId,
          startWorkflowOperation: startOf(request, taskQueue)
        })
        return { kind: 'answered' as const, ...(answer as FirstOutcome<never>) }
      }),

    findOnce: ({ type, id, updateId }) =>
      ask(workflowIdOf(type, id), async () => {
        const answer = await client.workflow.getHandle(workflowIdOf(type, id)).executeUpdate(outcome, { updateId })
        return { kind: 'answered' as const, ...(answer as FirstOutcome<never>) }
      }),

    launch: (request) => begin(request, () => client.workflow.start(request.type, launchOptions(request, taskQueue))),

    launchOrNudge: (request) =>
      begin(request, () =>
        client.workflow.signalWithStart(request.type, {
          ...launchOptions(request, taskQueue),
          signal: nudge,
          signalArgs: []
        })
      ),

    update: (request) => {
      const { workflowId } = request
      return ask(
        workflowId,
        () => sendUpdate(client, request),
        (work, deadline) => updates.run(workflowId, work, deadline)
      )
    },

    nudge: nudgeOne,

    nudgeAll: async (workflowIds) => {
      const rest = workflowIds[Symbol.iterator]()
      const oneByOne = async () => {
        for (let next = rest.next(); !next.done; next = rest.next()) await nudgeOne(next.value)
      }
      await Promise.all(Array.from({ length: Math.ceil(limit / 4) }, oneByOne))
    }
  }
}

async function sendUpdate<Result>(client: Client, { workflowId, name, updateId, args }: UpdateRequest) {
  const handle = client.workflow.getHandle(workflowId)
  try {
    const result = await handle.executeUpdate<Result, [unknown, ...unknown[]]>(name, { updateId, args: [...args] })
    return { kind: 'answered' as const, result }
  } catch (error) {
    const refusal = refusalIn(error)
    if (!refusal) throw error
    return { kind: 'refused' as const, type: refusal.type ?? '', detail: refusal.details?.[0] }
  }
}

function startOf(request: StartRequest<unknown>, taskQueue: string) {
  const { type, id, order, policy, fingerprint, actor, requestId } = request
  const start: Start<unknown> = { id, order, policy, fingerprint, actor, requestId }
  return new WithStartWorkflowOperation(type, {
    ...runOptions(request, taskQueue),
    args: [start],
    // A closed run is Postgres's to answer for.
    workflowIdReusePolicy: 'REJECT_DUPLICATE'
  })
}

const launchOptions = (request: LaunchRequest, taskQueue: string) => ({
  ...runOptions(request, taskQueue),
  args: request.order === null ? [] : [request.order]
})

/** A repeated request meets the run that the first one started. */
const runOptions = ({ type, id, summary, searchAttributes }: Omit<LaunchRequest, 'order'>, taskQueue: string) => ({
  workflowId: workflowIdOf(type, id),
  taskQueue,
  workflowIdConflictPolicy: 'USE_EXISTING' as const,
  workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT_MS,
  staticSummary: fitSummary(summary),
  typedSearchAttributes: [...searchAttributes]
})

/**
 * Decisions about one process under way from here at once: it takes them one after the other anyway. Temporal lets a run have
 * ten, from all API processes together; what it refuses beyond them costs the run the task in hand, and now and then its whole
 * history (decision 0049).
 */
const UPDATES_MAX = 2
