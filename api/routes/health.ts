import { Router } from 'express'
import { sql } from 'kysely'
import type { ApiDeps } from '../deps.ts'

/** Longer than any answer of a part that works; shorter than what asks gives up after. */
const PATIENCE_MS = 2_000

/** `/livez`: the process answers. `/readyz`: what it needs answers too; 503 says which part does not. */
export function healthRouter({ db, temporalReady }: Pick<ApiDeps, 'db' | 'temporalReady'>): Router {
  const parts = { database: () => sql`select 1`.execute(db), temporal: temporalReady }
  const router = Router()
  router.get('/livez', (_request, response) => void response.json({ status: 'ok' }))
  router.get('/readyz', async (_request, response) => {
    const states = await Promise.all(
      Object.entries(parts).map(async ([name, ask]) => [name, await stateOf(ask)] as const)
    )
    const ready = states.every(([, state]) => state === 'ok')
    response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'unavailable', ...Object.fromEntries(states) })
  })
  return router
}

async function stateOf(ask: () => Promise<unknown>): Promise<'ok' | 'unavailable'> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'unavailable'>((resolve) => (timer = setTimeout(() => resolve('unavailable'), PATIENCE_MS)))
  const asked = ask().then(
    () => 'ok' as const,
    () => 'unavailable' as const
  )
  return Promise.race([asked, late]).finally(() => clearTimeout(timer))
}
