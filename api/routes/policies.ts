import { createHash } from 'node:crypto'
import { z } from 'zod'
import { inTransaction } from '../../db/in-transaction.ts'
import { canonicalJson } from '../../domain/canonical.ts'
import type { Policy } from '../../domain/policy/index.ts'
import { appendAudit } from '../../store/audit.ts'
import { listKillSwitches, setKillSwitch, type KillSwitch } from '../../store/kill-switches.ts'
import type { ApiDeps } from '../deps.ts'
import { route, type Route } from '../route.ts'
import { Instant, instant, text } from '../schemas.ts'

/** Processes whose new orders can be suspended; an unknown name would be a switch that switches nothing. */
const suspendable = z.enum([
  'top-up',
  'payment',
  'withdrawal',
  'bank-link',
  'card-link',
  'refund',
  'settlement',
  'bill-payment'
])
const Rail = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/)

const SwitchRequest = z
  .strictObject({
    process: suspendable,
    rail: Rail.optional().meta({ description: 'Such as a bank; without it all of them' }),
    on: z.boolean().meta({ description: 'true: new orders are declined with rail_suspended' }),
    reason: text(500).optional().meta({ description: 'Stays beside the switch, and in the audit log' })
  })
  .meta({ id: 'KillSwitchRequest' })

const SwitchReply = z
  .strictObject({
    object: z.literal('kill_switch'),
    process: z.string(),
    rail: z.string().nullable(),
    on: z.boolean(),
    changed_by: z.string(),
    changed_at: Instant,
    reason: z.string().nullable()
  })
  .meta({ id: 'KillSwitch' })

const PolicyReply = z
  .strictObject({
    object: z.literal('policy'),
    hash: z.string().meta({ description: 'SHA-256 of the values, keys sorted' }),
    values: z.record(z.string(), z.unknown()),
    kill_switches: z.array(SwitchReply)
  })
  .meta({ id: 'Policy' })

/** The numbers that govern new runs, and the switches that stop new orders. */
export function policyRoutes({ db, policy }: ApiDeps): Route[] {
  const hash = policyHash(policy)
  return [
    route.get(
      '/policies',
      { summary: 'Read the effective policy', reply: PolicyReply, callers: { admin: 'any' }, scope: 'policies:read' },
      async () => ({
        object: 'policy' as const,
        hash,
        values: { ...policy },
        kill_switches: (await listKillSwitches(db)).map(toReply)
      })
    ),
    route.get(
      '/policies/kill-switches',
      {
        summary: 'List the kill switches: who turned each last, when, and why',
        description: 'What was turned before is in the audit log, under `kill_switch.changed`.',
        reply: z.strictObject({ data: z.array(SwitchReply) }).meta({ id: 'KillSwitches' }),
        callers: { support: 'any', reviewer: 'any', finance: 'any', admin: 'any' },
        scope: 'policies:read'
      },
      async () => ({ data: (await listKillSwitches(db)).map(toReply) })
    ),
    route.put(
      '/policies/kill-switches',
      {
        summary: 'Suspend or resume new orders of a process',
        body: SwitchRequest,
        reply: SwitchReply,
        callers: { admin: 'any' },
        scope: 'policies:write'
      },
      ({ body: { process, rail = '', on, reason = null }, principal, requestId }) =>
        inTransaction(db, async (transaction) => {
          const changed = await setKillSwitch(transaction, { process, rail, on, reason, changedBy: principal })
          const object = rail === '' ? process : `${process}/${rail}`
          await appendAudit(transaction, {
            actor: principal,
            action: 'kill_switch.changed',
            object,
            requestId,
            data: { on, ...(reason !== null && { reason }) }
          })
          return toReply(changed)
        })
    )
  ]
}

/** The same for the same values, whatever the order of keys in `COFFER_POLICY` was. */
export const policyHash = (policy: Policy): string => createHash('sha256').update(canonicalJson(policy)).digest('hex')

const toReply = ({ process, rail, on, changedBy, changedAt, reason }: KillSwitch): z.input<typeof SwitchReply> => ({
  object: 'kill_switch',
  process,
  rail: rail === '' ? null : rail,
  on,
  changed_by: changedBy,
  changed_at: instant(changedAt),
  reason
})
