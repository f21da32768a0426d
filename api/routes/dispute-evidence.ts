import { createHash } from 'node:crypto'
import { z } from 'zod'
import { disputeStates } from '../../domain/dispute.ts'
import { Refusal } from '../../domain/errors.ts'
import { looksLike } from '../../domain/evidence.ts'
import { appendAudit } from '../../store/audit.ts'
import { openEvidenceFile, openStatements, putEvidenceFile } from '../../store/dispute-evidence.ts'
import type { Dispute } from '../../store/dispute.ts'
import { readBusinessNow } from '../../store/process.ts'
import type { Caller } from '../caller.ts'
import type { ApiDeps } from '../deps.ts'
import { EvidenceFileRequest, EvidenceReply, UploadedFile } from '../dispute-schemas.ts'
import { media, route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { owned, partyOf } from './dispute-decision.ts'

const params = z.strictObject({ id: id('dsp') })
const readers = {
  callers: { customer: 'own', service: 'any', merchant: 'own', reviewer: 'any' },
  scope: 'disputes:read'
} as const

/** What parties to a dispute write and show: sealed in Postgres, and nowhere else. */
export const disputeEvidenceRoutes = (deps: ApiDeps): Route[] => [upload(deps), readAll(deps), readFile(deps)]

const upload = (deps: ApiDeps): Route => {
  const { db, vault, policy } = deps
  const { files_max, file_max_bytes } = policy.dispute
  return route.post(
    '/disputes/{id}/evidence-files',
    {
      summary: 'Upload a file that is to be shown',
      description:
        'PDF, PNG, JPEG or plain text. Nobody is shown it before `submit-evidence` names it; the same bytes again are the ' +
        'same file.',
      params,
      body: EvidenceFileRequest,
      // Base64 makes four characters of three bytes; the rest is for the other fields.
      bodyLimit: Math.ceil(file_max_bytes / 3) * 4 + 4_096,
      reply: UploadedFile,
      status: 201,
      callers: { customer: 'own', service: 'any', merchant: 'own' },
      scope: 'disputes:write',
      idempotency: 'stored',
      errors: ['payload_too_large', 'state_conflict']
    },
    async ({ params, body: { name, media_type, sha256, content: encoded }, caller, transaction, mustOwn }) => {
      const dispute = await owned(transaction, { params, mustOwn })
      const content = bytesOf({ media_type, sha256, encoded }, file_max_bytes)
      const file = { sha256, media_type, size: content.length }
      const of = { disputeId: dispute.id, customerId: dispute.customerId }
      const given = { ...file, party: partyOf(caller), name, content }
      await putEvidenceFile(transaction, vault, of, given, files_max)
      return { object: 'evidence_file' as const, ...file }
    },
    { before: async (call) => mustTakeEvidence(db, await owned(db, call)) }
  )
}

/** @throws {Refusal} `state_conflict` for one that is over, or whose time to show anything is */
async function mustTakeEvidence(db: ApiDeps['db'], { state, ending, evidenceDue }: Dispute): Promise<void> {
  const isLate = evidenceDue !== null && (await readBusinessNow(db)) >= evidenceDue
  if (isLate || ending !== null || disputeStates.isTerminal(state)) throw new Refusal('state_conflict', { state })
}

function bytesOf(
  {
    media_type,
    sha256,
    encoded
  }: Pick<z.output<typeof EvidenceFileRequest>, 'media_type' | 'sha256'> & {
    readonly encoded: string
  },
  maxBytes: number
): Buffer {
  const content = Buffer.from(encoded, 'base64')
  if (content.length > maxBytes) throw new Refusal('payload_too_large')
  const wrong = (pointer: string, message: string) => new Refusal('invalid_request', { errors: [{ pointer, message }] })
  if (createHash('sha256').update(content).digest('hex') !== sha256)
    throw wrong('/sha256', 'is not that of the content')
  if (!looksLike(media_type, content)) throw wrong('/media_type', 'is not what the content begins like')
  return content
}

const readAll = ({ db, vault }: ApiDeps): Route =>
  route.get(
    '/disputes/{id}/evidence',
    { summary: 'Read what both parties have said and shown', params, reply: EvidenceReply, ...readers },
    async (call) => {
      const dispute = await owned(db, call)
      await noteReading(db, call, dispute)
      const of = { disputeId: dispute.id, customerId: dispute.customerId }
      const statements = await openStatements(db, vault, of)
      const nameOf = async (sha256: string) => (await openEvidenceFile(db, vault, of, sha256))?.name ?? null
      const data = await Promise.all(
        dispute.evidence.map(async ({ party, at, files, statement }) => ({
          party,
          at,
          text: statement === null ? null : (statements.get(statement) ?? null),
          files: await Promise.all(files.map(async (file) => ({ ...file, name: await nameOf(file.sha256) })))
        }))
      )
      const narrative = statements.get(dispute.id) ?? null
      return { object: 'evidence' as const, dispute_id: dispute.id, narrative, data }
    }
  )

const readFile = ({ db, vault }: ApiDeps): Route =>
  route.get(
    '/disputes/{id}/evidence-files/{sha256}',
    {
      summary: 'Read a file that was shown',
      description: 'Its bytes, as they came; never shown by a browser in place.',
      params: z.strictObject({ id: id('dsp'), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
      reply: media('application/octet-stream'),
      ...readers
    },
    async (call) => {
      const dispute = await owned(db, call)
      const { sha256 } = call.params
      if (!dispute.evidence.some(({ files }) => files.some((file) => file.sha256 === sha256)))
        throw new Refusal('not_found')
      await noteReading(db, call, dispute)
      const of = { disputeId: dispute.id, customerId: dispute.customerId }
      const file = await openEvidenceFile(db, vault, of, sha256)
      if (!file) throw new Refusal('not_found')
      return file.content
    }
  )

/** What is personal is not read by operators without a trace. */
async function noteReading(
  db: ApiDeps['db'],
  { caller, principal, requestId }: { caller: Caller; principal: string; requestId: string },
  { id: object }: Dispute
): Promise<void> {
  if (caller.kind === 'operator') await appendAudit(db, { actor: principal, action: 'dispute.read', object, requestId })
}
