import { z } from 'zod'
import { Refusal } from '../domain/errors.ts'
import type { IdPrefix } from '../domain/ids.ts'
import { auditOf } from './audit-of.ts'
import type { ApiDeps } from './deps.ts'
import { notYet, Pending } from './payment-schemas.ts'
import { route, type Route } from './route.ts'
import { id } from './schemas.ts'
import type { Submit } from './submit.ts'
import { ResolveRequest, WriteOffRequest } from './top-up-schemas.ts'
import { needsReview, requestReview, type Instructed } from './write-off.ts'

/** A kind of process that gives banks instructions: how it is called, and what its record answers with. */
interface StuckKind {
  /** The workflow's type; its routes are below `/<type>s`. */
  readonly type: string
  readonly prefix: IdPrefix
  /** In sentences: `a stuck top-up`. */
  readonly words: string
  /** What giving it up does beside ending it as `failed`. */
  readonly effect: string
  readonly reply: z.ZodType
  /** Its workflow knows what to do with the bank's word by letter. */
  readonly resolvable?: boolean
  readonly find: (id: string) => Promise<Instructed | undefined>
}

/**
 * What finance may do about an instruction whose end nobody knows: have the bank asked now, give it up with proof, or end it
 * as the bank has said elsewhere.
 */
export const stuckRoutes = ({ db }: Pick<ApiDeps, 'db'>, submit: Submit, kind: StuckKind): Route[] => {
  const { type, words, effect, resolvable = false } = kind
  const object = objectOf(type)
  const stuck = specOf(kind)
  const existing = finderOf(kind)

  return [
    route.post(
      `/${type}s/{id}/retry`,
      {
        summary: 'Have the bank asked now',
        description: `What the bank says is booked as always; while it says nothing, ${words} stays \`processing\`.`,
        ...stuck,
        otherReplies: notYet
      },
      async (call) => {
        const { id } = await existing(call.params.id)
        const about = { type, processId: id, role: call.caller.role }
        const alongside = auditOf(call, { action: `${object}.retry`, object: id })
        return submit.decide(call, { ...about, action: 'retry', data: {}, alongside })
      }
    ),
    route.post(
      `/${type}s/{id}/write-off`,
      {
        summary: `Give ${words} up, with proof that the bank did not book it`,
        description: `Ends it as \`failed\`; ${effect}. Above 1,000 USD: 202 with a review that another finance operator decides.`,
        ...stuck,
        body: WriteOffRequest,
        otherReplies: { 202: { description: 'A second operator has to approve: see Location', schema: Pending } }
      },
      async (call) => {
        const thing = await existing(call.params.id)
        if (await needsReview(db, thing))
          return requestReview(db, call, thing, { action: 'write-off', body: call.body }, object)
        const about = { type, processId: thing.id, role: call.caller.role }
        const alongside = auditOf(call, { action: `${object}.write_off`, object: thing.id })
        return submit.decide(call, { ...about, action: 'write-off', data: { ...call.body }, alongside })
      }
    ),
    ...(resolvable ? [resolveRoute({ db }, submit, kind)] : [])
  ]
}

const resolveRoute = ({ db }: Pick<ApiDeps, 'db'>, submit: Submit, kind: StuckKind): Route =>
  route.post(
    `/${kind.type}s/{id}/resolve`,
    {
      summary: `End ${kind.words} as the bank has said by letter or telephone`,
      description:
        '`booked`: as if the bank had said so itself. `not_booked`: the same as a write-off. Above 1,000 USD: 202 with a ' +
        'review that another finance operator decides. If the bank says otherwise later, its suspense account has it.',
      ...specOf(kind),
      body: ResolveRequest,
      otherReplies: { 202: { description: 'A second operator has to approve: see Location', schema: Pending } }
    },
    async (call) => {
      const thing = await finderOf(kind)(call.params.id)
      const [object, { outcome }] = [objectOf(kind.type), call.body]
      if (await needsReview(db, thing))
        return requestReview(db, call, thing, { action: 'resolve', body: call.body }, object)
      const about = { type: kind.type, processId: thing.id, role: call.caller.role }
      const alongside = auditOf(call, { action: `${object}.resolve`, object: thing.id, data: { outcome } })
      return submit.decide(call, { ...about, action: 'resolve', data: { ...call.body }, alongside })
    }
  )

/** What all its routes have in common. */
const specOf = ({ type, prefix, reply }: StuckKind) =>
  ({
    params: z.strictObject({ id: id(prefix) }),
    reply,
    status: 200,
    callers: { finance: 'any' },
    scope: `${type}s:write`,
    idempotency: 'process',
    errors: ['state_conflict', 'idempotency_key_reused', 'service_unavailable']
  }) as const

/** @throws {Refusal} `not_found` */
const finderOf =
  ({ find }: StuckKind) =>
  async (id: string): Promise<Instructed> => {
    const thing = await find(id)
    if (!thing) throw new Refusal('not_found')
    return thing
  }

const objectOf = (type: string): string => type.replaceAll('-', '_')
