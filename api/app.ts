import express, { Router, type Express } from 'express'
import helmet from 'helmet'
import { Refusal } from '../domain/errors.ts'
import { createRateLimit } from '../store/rate-limits.ts'
import { createCodec } from '../temporal/codec.ts'
import { codecEndpointSecret, payloadKeys } from '../temporal/keys.ts'
import { createAccessTokens } from './access-token.ts'
import { createAuthenticate } from './authenticate.ts'
import { codecRouter } from './codec.ts'
import type { ApiDeps } from './deps.ts'
import { docsRouter } from './docs.ts'
import { requestLogger } from './logger.ts'
import { mount } from './mount.ts'
import { createOpenApi } from './openapi.ts'
import { problemHandler } from './problem.ts'
import { requestIdHeader } from './request-id.ts'
import { healthRouter } from './routes/health.ts'
import { listRoutes } from './routes/index.ts'

/** The whole HTTP API on the given parts; it opens nothing by itself and listens nowhere yet. */
export function createApp(deps: ApiDeps): Express {
  const { config, db, logger, policy, pool, vault } = deps
  const routes = listRoutes(deps)
  const app = express()
  // An ETag would be computed over every answer, and none of them may be cached.
  app.disable('x-powered-by').disable('etag')
  app.use(requestLogger(logger), requestIdHeader, securityHeaders)
  app.use(healthRouter(deps))
  app.use(docsRouter(createOpenApi(routes, config.API_URL)))
  if (config.CODEC_ENDPOINT && config.TEMPORAL_UI_URL) app.use('/codec', codecOf(config, config.TEMPORAL_UI_URL))

  const tokens = createAccessTokens(vault.sessionKey, policy.access.access_token_ms)
  const failures = createRateLimit(pool, 'unauthenticated', policy.access.unauthenticated_per_address)
  const authenticate = createAuthenticate(db, tokens, failures)
  const v1 = Router({ caseSensitive: true, strict: true })
  for (const route of routes) mount(v1, route, { config, db, vault, authenticate })
  app.use('/v1', v1)

  app.use(() => {
    throw new Refusal('not_found')
  })
  app.use(problemHandler)
  return app
}

/** JSON needs no script, style or frame; `/docs/` has a policy of its own. HTTPS is told by whoever terminates it. */
const securityHeaders = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  strictTransportSecurity: false
})

const codecOf = ({ COFFER_MASTER_KEY }: ApiDeps['config'], uiUrl: string) =>
  codecRouter(
    createCodec(payloadKeys(COFFER_MASTER_KEY)),
    codecEndpointSecret(COFFER_MASTER_KEY),
    new URL(uiUrl).origin
  )
