import type { Kysely, Transaction } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { DisputeParty } from '../domain/dispute.ts'
import { Refusal } from '../domain/errors.ts'
import type { EvidenceFile } from '../domain/evidence.ts'
import { openFor, sealFor } from './personal.ts'
import type { Vault } from './vault.ts'

/** Whose words and files they are, and under whose key they are sealed: the customer's, whoever shows them. */
interface OfDispute {
  readonly disputeId: string
  readonly customerId: string
}

const placeOfFile = (disputeId: string, sha256: string) => `dispute_file|${disputeId}|${sha256}`
const placeOfStatement = (id: string) => `dispute_statement|${id}`

/**
 * Keeps a file; the same one twice is one.
 * @throws {Refusal} `too_many_requests` above `filesMax` of one party
 */
export async function putEvidenceFile(
  transaction: Transaction<Database>,
  vault: Vault,
  { disputeId, customerId }: OfDispute,
  file: EvidenceFile & { readonly party: DisputeParty; readonly name: string; readonly content: Buffer },
  filesMax: number
): Promise<void> {
  const { party, sha256, media_type, size, name, content } = file
  // One at a time: the limit counts what others have just brought.
  await transaction.selectFrom('dispute').select('id').where('id', '=', disputeId).forNoKeyUpdate().execute()
  const known = await listFiles(transaction, disputeId)
  const own = known.filter((each) => each.party === party)
  if (own.some((each) => each.sha256 === sha256)) return
  if (own.length >= filesMax) throw new Refusal('payload_too_large', { detail: `at most ${filesMax} files` })
  const place = placeOfFile(disputeId, sha256)
  const plain = JSON.stringify({ name, content: content.toString('base64') })
  const sealed = await sealFor(transaction, vault, customerId, place, plain)
  await transaction
    .insertInto('dispute_file')
    .values({ dispute_id: disputeId, party, sha256, media_type, size, sealed })
    .execute()
}

/** What has been brought, without what is sealed. */
export async function listFiles(
  db: Kysely<Database>,
  disputeId: string
): Promise<(EvidenceFile & { readonly party: DisputeParty })[]> {
  const rows = await db
    .selectFrom('dispute_file')
    .select(['party', 'sha256', 'media_type', 'size'])
    .where('dispute_id', '=', disputeId)
    .orderBy('uploaded_at')
    .orderBy('sha256')
    .execute()
  return rows.map((row) => ({ ...row, party: row.party as DisputeParty }) as EvidenceFile & { party: DisputeParty })
}

/** A file's name and bytes; undefined when it is not there, or its owner was erased. */
export async function openEvidenceFile(
  db: Kysely<Database>,
  vault: Vault,
  { disputeId, customerId }: OfDispute,
  sha256: string
): Promise<{ readonly name: string; readonly content: Buffer } | undefined> {
  const row = await db
    .selectFrom('dispute_file')
    .select('sealed')
    .where('dispute_id', '=', disputeId)
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  const plain = row && (await openFor(db, vault, customerId, placeOfFile(disputeId, sha256), row.sealed))
  if (plain === undefined) return undefined
  const { name, content } = JSON.parse(plain) as { name: string; content: string }
  return { name, content: Buffer.from(content, 'base64') }
}

/** Keeps what somebody wrote, under an id of its own, once. */
export async function putStatement(
  db: Kysely<Database>,
  vault: Vault,
  { disputeId, customerId }: OfDispute,
  statement: { readonly id: string; readonly text: string }
): Promise<void> {
  const { id, text } = statement
  const sealed = await sealFor(db, vault, customerId, placeOfStatement(id), text)
  await db
    .insertInto('dispute_statement')
    .values({ id, dispute_id: disputeId, sealed })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** By their ids; what was erased is not there. */
export async function openStatements(
  db: Kysely<Database>,
  vault: Vault,
  { disputeId, customerId }: OfDispute
): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('dispute_statement')
    .select(['id', 'sealed'])
    .where('dispute_id', '=', disputeId)
    .execute()
  const opened = await Promise.all(
    rows.map(
      async ({ id, sealed }) => [id, await openFor(db, vault, customerId, placeOfStatement(id), sealed)] as const
    )
  )
  return new Map(opened.flatMap(([id, text]) => (text === undefined ? [] : [[id, text] as const])))
}
