import { z } from 'zod'
import { listAudit } from '../../store/audit.ts'
import type { ApiDeps } from '../deps.ts'
import { ListQuery, listOf, readCursor, toPage } from '../list.ts'
import { route, type Route } from '../route.ts'
import { Instant, instant } from '../schemas.ts'

const AuditQuery = ListQuery.extend({
  action: z.string().max(100).optional().meta({ example: 'session.opened' }),
  object: z.string().max(100).optional().meta({ description: 'The id of the thing' })
})

const AuditReply = z
  .strictObject({
    seq: z.string(),
    object: z.literal('audit_entry'),
    at: Instant,
    actor: z.string(),
    action: z.string(),
    on: z.string().meta({ description: 'The id of the thing' }),
    request_id: z.string(),
    data: z.record(z.string(), z.unknown())
  })
  .meta({ id: 'AuditEntry' })

/** Who did what: append-only, each entry chained to the one before by its hash. */
export const auditLogRoutes = ({ db }: ApiDeps): Route[] => [
  route.get(
    '/audit-log',
    {
      summary: 'List the audit log, newest first',
      query: AuditQuery,
      reply: listOf(AuditReply),
      callers: { admin: 'any' },
      scope: 'audit-log:read'
    },
    async ({ query: { limit, cursor, action, object } }) => {
      const place = readCursor(z.tuple([z.string().regex(/^[0-9]{1,18}$/)]), cursor)
      const before = place && BigInt(place[0])
      const rows = await listAudit(db, { limit: limit + 1, before, action, object })
      return toPage(
        rows,
        limit,
        ({ seq }) => [seq.toString()],
        (row) => ({
          seq: row.seq.toString(),
          object: 'audit_entry' as const,
          at: instant(row.at),
          actor: row.actor,
          action: row.action,
          on: row.object,
          request_id: row.requestId,
          data: { ...row.data }
        })
      )
    }
  )
]
