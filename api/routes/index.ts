import type { ApiDeps } from '../deps.ts'
import type { Route } from '../route.ts'
import { apiKeyRoutes } from './api-keys.ts'
import { auditLogRoutes } from './audit-log.ts'
import { callbackRoutes } from './callbacks.ts'
import { customerRoutes } from './customers.ts'
import { paymentRoutes } from './payment.ts'
import { policyRoutes } from './policies.ts'
import { sessionRoutes } from './sessions.ts'

/** Every route below `/v1`: what is mounted, what OpenAPI describes, what the matrix test walks. */
export const listRoutes = (deps: ApiDeps): Route[] => [
  ...sessionRoutes(deps),
  ...customerRoutes(deps),
  ...apiKeyRoutes(deps),
  ...policyRoutes(deps),
  ...auditLogRoutes(deps),
  ...callbackRoutes(deps),
  ...paymentRoutes(deps)
]
