import { findProcess } from '../store/process.ts'
import { workflowIdOf } from '../workflows/messages.ts'
import type { ApiDeps, CallbackHandler } from './deps.ts'

/** The bureau has news of a check: the application that asked for it (`onb_…-<version>`) asks again. */
export const bureauCallbackHandler =
  ({ db, processes, logger }: Pick<ApiDeps, 'db' | 'processes' | 'logger'>): CallbackHandler =>
  async ({ reference }) => {
    const record = await findProcess(db, reference.split('-')[0]!)
    if (record?.open) await processes.nudge(workflowIdOf(record.kind, record.id))
    if (!record) logger.warn({ provider: 'identity' }, 'callback about a reference that is not ours')
  }
