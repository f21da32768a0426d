import { processIdIn } from '../domain/reference.ts'
import { derivedDigits } from '../store/derived-id.ts'
import { findProcess } from '../store/process.ts'
import { workflowIdOf } from '../workflows/messages.ts'
import type { ApiDeps, CallbackHandler } from './deps.ts'

/** The bureau has news of a check: the application that asked for it (`onb_…-<version>`) asks again. */
export const bureauCallbackHandler =
  ({ db, processes, logger }: Pick<ApiDeps, 'db' | 'processes' | 'logger'>): CallbackHandler =>
  async ({ reference }) => {
    const record = await findProcess(db, processIdIn(reference))
    if (record?.open) await processes.nudge(workflowIdOf(record.kind, record.id))
    if (!record) logger.warn({ provider: 'identity' }, 'callback about a reference that is not ours')
  }

/** There is a new list: every customer's name is compared with it. Which list that is, the run asks its keeper. */
export const screeningCallbackHandler =
  ({ processes }: Pick<ApiDeps, 'processes'>): CallbackHandler =>
  async ({ reference }) => {
    // Whatever it is called, the same list is announced under the same id.
    const id = derivedDigits(reference)
    const order = { type: 'rescreening', id, order: null, summary: 'the screening list has changed' }
    const launched = await processes.launch({ ...order, searchAttributes: [] })
    if (launched !== 'started') throw new Error(`the re-screening was not started: ${launched}`)
  }
