import { workflowIdOf } from '../domain/workflow-id.ts'
import { listEndpointsBehind, listForgottenEndpoints, takeEvents } from '../store/webhook-delivery.ts'
import type { ActivityDeps } from './deps.ts'

type Deps = Pick<ActivityDeps, 'db' | 'runs' | 'policy' | 'crash'> & { readonly onFailure: (error: unknown) => void }

/**
 * Wakes the runs of endpoints when something has happened that they are to tell: one query every half second, beside the
 * payments and never in them. Whose cursor stands still at two looks has nobody reading for it. What nobody has asked for is
 * passed over here, and wakes nobody. Each worker does it; more than one nudge does no harm.
 */
export function watchWebhooks({ db, runs, policy, crash, onFailure }: Deps): { stop(): Promise<void> } {
  const { watch_every_ms, page } = policy.webhook
  let seen = new Map<string, string>()
  let stopping = false

  async function look(): Promise<void> {
    const behind = await listEndpointsBehind(db)
    for (const { id, cursor } of behind) if (seen.get(id) === cursor) await tell(id)
    seen = new Map(behind.map(({ id, cursor }) => [id, cursor]))
  }

  async function tell(id: string): Promise<void> {
    for (;;) {
      const events = await takeEvents(db, id, page)
      if (events && events.taken > 0) {
        crash('webhook-delivery.take/after')
        return runs.nudge(workflowIdOf('webhook-delivery', id))
      }
      if (!events || events.read < page || stopping) return
    }
  }

  /** A worker before may have died between what it put down and its nudge; later than that, the sweeper finds it. */
  async function takeOver(): Promise<void> {
    for (const id of await listForgottenEndpoints(db, 0)) await runs.nudge(workflowIdOf('webhook-delivery', id))
  }

  let wake = (): void => undefined
  async function keepLooking(): Promise<void> {
    await takeOver().catch(onFailure)
    while (!stopping) {
      await look().catch(onFailure)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, watch_every_ms)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  const looking = keepLooking()
  return {
    stop() {
      stopping = true
      wake()
      return looking
    }
  }
}
