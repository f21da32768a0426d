import type { ProblemCode } from '../domain/errors.ts'
import { toWire } from '../domain/money.ts'
import { partReference } from '../domain/reference.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { CardInstruction, ShownEvidence } from '../providers/acquirer.ts'
import { openEvidenceFile, openStatements } from '../store/dispute-evidence.ts'
import { getDispute, type Dispute } from '../store/dispute.ts'
import { readBusinessNow } from '../store/process.ts'
import { advance } from './advance.ts'
import type { BankAnswer, BankInquiry } from './bank-words.ts'
import * as units from './chargeback-units.ts'
import type { ActivityDeps } from './deps.ts'
import { toDisputeProgress, type DisputeProgress, type DisputeStart } from './dispute-progress.ts'
import { createSendOnce } from './send-once.ts'

type Deps = Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'acquirer' | 'crash'>

/**
 * How a merchant contests a chargeback: the acquirer gets what they have shown, once, and says weeks later what the card's issuer
 * made of it. `part` tells references apart, of which the acquirer may have missed one.
 */
export function representmentActivities({ db, ledger, vault, acquirer, crash }: Deps) {
  const sendOnce = createSendOnce({ ledger, bank: acquirer, crash })
  const isContested = ({ state, ending, representments }: Dispute, part: number) =>
    state === 'under_review' && ending === null && representments + 1 === part

  async function step(
    { id, fingerprint, policy }: DisputeStart,
    { name, part }: { readonly name: string; readonly part: number },
    partFor: (dispute: Dispute, now: Date) => UnitPart
  ): Promise<DisputeProgress> {
    const now = await readBusinessNow(db)
    const { seen, posted } = await advance(
      ledger,
      { key: `${partReference(id, part)}:${name}`, fingerprint },
      () => getDispute(db, id),
      (dispute) => (isContested(dispute, part) ? partFor(dispute, now) : undefined)
    )
    if (posted) crash(`dispute.${name}/report`)
    return toDisputeProgress(seen, policy)
  }

  return {
    /** Tells the acquirer that the merchant contests it, and shows why; once. */
    sendRepresentment: async ({ id, fingerprint, policy }: DisputeStart, part: number): Promise<BankAnswer> => {
      const dispute = await getDispute(db, id)
      if (!isContested(dispute, part)) return { kind: 'unknown', reason: 'sent_by_another' }
      return sendOnce({
        instruction: await instructionFor({ db, vault }, dispute, part),
        fingerprint,
        timeoutMs: policy.representment.send_timeout_ms,
        replied: 'dispute.represent/reply',
        mark: async () => {
          const now = await getDispute(db, id)
          const isUnsent = isContested(now, part) && now.representedAt === null
          return isUnsent ? units.representedPart(now, await readBusinessNow(db)) : undefined
        },
        unmark: async () => {
          const now = await getDispute(db, id)
          return isContested(now, part) ? units.unrepresentedPart(now) : undefined
        }
      })
    },

    /** Asks the acquirer what the issuer has decided; what it says, "not yet" included, is a value. */
    inquireRepresentment: ({ id, policy }: DisputeStart, part: number): Promise<BankInquiry> =>
      acquirer.inquire(partReference(id, part), AbortSignal.timeout(policy.representment.inquiry_timeout_ms)),

    winChargeback: (start: DisputeStart, part: number): Promise<DisputeProgress> =>
      step(start, { name: 'won', part }, units.wonPart),

    /** The issuer has upheld it; or the acquirer never had it, and is told again. */
    loseChargeback: (start: DisputeStart, part: number, code: ProblemCode): Promise<DisputeProgress> =>
      code === 'bank_not_received'
        ? step(start, { name: 'missed', part }, units.lostOnTheWayPart)
        : step(start, { name: 'lost', part }, units.lostPart),

    /** Opens the operator's task. */
    markRepresentmentStuck: (start: DisputeStart, part: number): Promise<DisputeProgress> =>
      step(start, { name: 'stuck', part }, units.undecidedPart)
  }
}

/** What the merchant has shown until now, read just before the call; whose owner was erased has nothing to show any more. */
async function instructionFor(
  { db, vault }: Pick<Deps, 'db' | 'vault'>,
  dispute: Dispute,
  part: number
): Promise<CardInstruction> {
  const { id: disputeId, customerId, paymentId, chargebackId, evidence } = dispute
  const of = { disputeId, customerId }
  const texts = await openStatements(db, vault, of)
  const shown: ShownEvidence[] = []
  for (const { party, files, statement } of evidence) {
    if (party !== 'merchant') continue
    const opened = await Promise.all(files.map(({ sha256 }) => openEvidenceFile(db, vault, of, sha256)))
    const text = statement === null ? undefined : texts.get(statement)
    shown.push({
      ...(text !== undefined && { text }),
      files: files.flatMap(({ sha256, media_type }, index) => {
        const file = opened[index]
        return file ? [{ name: file.name, media_type, sha256, content: file.content.toString('base64') }] : []
      })
    })
  }
  return {
    reference: partReference(disputeId, part),
    operation: 'represent',
    of: paymentId,
    chargeback: chargebackId!,
    money: toWire(dispute),
    evidence: shown
  }
}
