import { readBusinessNow } from '../store/process.ts'
import type { ActivityDeps } from './deps.ts'

/** Business time for workflows, which have no clock of their own. */
export const clockActivities = ({ db }: Pick<ActivityDeps, 'db'>) => ({
  /** RFC 3339. */
  readBusinessClock: async (): Promise<string> => (await readBusinessNow(db)).toISOString()
})
