import { z } from 'zod'
import type { DisputeParty } from '../../domain/dispute.ts'
import { Refusal } from '../../domain/errors.ts'
import type { EvidenceFile } from '../../domain/evidence.ts'
import { listFiles, putStatement } from '../../store/dispute-evidence.ts'
import { findDispute, type Dispute } from '../../store/dispute.ts'
import { auditOf } from '../audit-of.ts'
import { roleOf, type Caller, type Owner } from '../caller.ts'
import type { ApiDeps } from '../deps.ts'
import { DecideRequest, DisputeReply, EvidenceRequest } from '../dispute-schemas.ts'
import { answeredTo } from '../dispute-view.ts'
import { notYet } from '../payment-schemas.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { createSubmit, decisionIdOf, type Submit } from '../submit.ts'

const decision = {
  params: z.strictObject({ id: id('dsp') }),
  reply: DisputeReply,
  status: 200,
  otherReplies: notYet,
  idempotency: 'process'
} as const
const errors = ['state_conflict', 'idempotency_key_reused', 'service_unavailable'] as const

/** What the parties and the reviewers decide about a dispute. */
export const disputeDecisionRoutes = (deps: ApiDeps): Route[] => {
  const submit = createSubmit(deps)
  return [submitEvidence, accept, withdraw, decide, retry].map((declare) => declare(deps, submit))
}

/** Who a caller speaks for. */
export const partyOf = (caller: Caller): DisputeParty => (caller.kind === 'merchant' ? 'merchant' : 'customer')

const submitEvidence = ({ db, vault }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/disputes/{id}/submit-evidence',
    {
      ...decision,
      summary: 'Say and show what speaks for one’s side',
      description:
        'As often as wanted until `evidence_due`. The merchant’s first answer to a formal dispute brings it before a reviewer. ' +
        'The other party reads it.',
      body: EvidenceRequest,
      callers: { customer: 'own', service: 'any', merchant: 'own' },
      scope: 'disputes:write',
      errors
    },
    async (call) => {
      const dispute = await owned(db, call)
      const party = partyOf(call.caller)
      const files = await uploaded(db, dispute, party, call.body.files)
      const statement = call.body.text === undefined ? null : decisionIdOf(call)
      const { id: disputeId, customerId } = dispute
      const given = await submit.decide(call, {
        ...about(dispute, call.caller),
        action: 'submit-evidence',
        data: { party, files, statement },
        alongside: async (transaction) => {
          if (statement === null) return
          await putStatement(transaction, vault, { disputeId, customerId }, { id: statement, text: call.body.text! })
        }
      })
      return answeredTo(given, call.caller)
    }
  )

/** @throws {Refusal} `invalid_request` for one that the party has not uploaded */
async function uploaded(
  db: ApiDeps['db'],
  { id: disputeId }: Dispute,
  party: DisputeParty,
  wanted: readonly string[]
): Promise<EvidenceFile[]> {
  const known = (await listFiles(db, disputeId)).filter((file) => file.party === party)
  return wanted.map((sha256, index) => {
    const file = known.find((each) => each.sha256 === sha256)
    if (file) return { sha256, media_type: file.media_type, size: file.size }
    throw new Refusal('invalid_request', { errors: [{ pointer: `/files/${index}`, message: 'was not uploaded' }] })
  })
}

const accept = ({ db }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/disputes/{id}/accept',
    {
      ...decision,
      summary: 'Give in, as the merchant: the customer gets the disputed money',
      description: 'In an inquiry it costs no fee.',
      callers: { merchant: 'own' },
      scope: 'disputes:write',
      errors
    },
    async (call) => {
      const dispute = await owned(db, call)
      const alongside = auditOf(call, { action: 'dispute.accept', object: dispute.id })
      const request = { ...about(dispute, call.caller), action: 'accept', data: {}, alongside }
      return answeredTo(await submit.decide(call, request), call.caller)
    }
  )

const withdraw = ({ db }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/disputes/{id}/withdraw',
    {
      ...decision,
      summary: 'Take a dispute back, as the customer',
      description:
        'The merchant has the money back at once; a provisional credit is taken back after 5 business days, and until then ' +
        'the dispute is not over.',
      callers: { customer: 'own', service: 'any' },
      scope: 'disputes:write',
      errors
    },
    async (call) => {
      const dispute = await owned(db, call)
      const request = { ...about(dispute, call.caller), action: 'withdraw', data: {} }
      return answeredTo(await submit.decide(call, request), call.caller)
    }
  )

const decide = ({ db }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/disputes/{id}/decide',
    {
      ...decision,
      summary: 'Decide a dispute, as its reviewer',
      description:
        'Once both parties have had until `evidence_due`. Above 1,000 USD two reviewers have to agree: the first one’s word ' +
        'leaves it `under_review`. What the merchant wins is given back in the next unit of work: read the dispute for it.',
      body: DecideRequest,
      callers: { reviewer: 'any' },
      scope: 'disputes:decide',
      errors: [...errors, 'four_eyes_required']
    },
    async (call) => {
      const dispute = await owned(db, call)
      const alongside = auditOf(call, { action: `dispute.${call.body.outcome}`, object: dispute.id })
      const request = { ...about(dispute, call.caller), action: 'decide', data: { ...call.body }, alongside }
      return answeredTo(await submit.decide(call, request), call.caller)
    }
  )

const retry = ({ db }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/disputes/{id}/retry',
    {
      ...decision,
      summary: 'Have the acquirer asked now what the card’s issuer has decided',
      description: 'Of a chargeback that the merchant contests; while nobody says anything it stays `under_review`.',
      callers: { finance: 'any' },
      scope: 'disputes:write',
      errors
    },
    async (call) => {
      const dispute = await owned(db, call)
      const alongside = auditOf(call, { action: 'dispute.retry', object: dispute.id })
      const request = { ...about(dispute, call.caller), action: 'retry', data: {}, alongside }
      return answeredTo(await submit.decide(call, request), call.caller)
    }
  )

const about = ({ id }: Dispute, caller: Caller) => ({ type: 'dispute', processId: id, role: roleOf(caller) })

/** @throws {Refusal} `not_found` for what is not there, or someone else's. */
export async function owned(
  db: ApiDeps['db'],
  call: { params: { id: string }; mustOwn: (owner: Owner) => void }
): Promise<Dispute> {
  const dispute = await findDispute(db, call.params.id)
  call.mustOwn(dispute ?? {})
  if (!dispute) throw new Refusal('not_found')
  return dispute
}
