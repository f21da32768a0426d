import type { AcquirerAnswer, AcquirerInquiry } from '../providers/acquirer.ts'
import { keepCardDetails } from '../store/card-details.ts'
import { getCardLink } from '../store/card-link.ts'
import { findPersonalValue } from '../store/personal.ts'
import type { BankAnswer, BankInquiry } from './bank-words.ts'
import type { CardLinkStart } from './card-link-progress.ts'
import { sendPart, undeliveredPart } from './card-link-units.ts'
import type { ActivityDeps } from './deps.ts'
import { createSendOnce, marksOf } from './send-once.ts'

/** A card link's words with the acquirer, under one reference: its own id. What they say of the card is sealed at once. */
export function cardLinkAcquirerActivities({
  db,
  ledger,
  vault,
  acquirer,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'acquirer' | 'crash'>) {
  const sendOnce = createSendOnce({ ledger, bank: acquirer, crash })

  /** An answer as it may go into the workflow: nothing in it says which card it is. */
  async function keep<Said extends AcquirerAnswer | AcquirerInquiry>({ id, order }: CardLinkStart, said: Said) {
    if (said.kind !== 'accepted' && said.kind !== 'booked') return said
    // Good, but nobody knows which card: as if it had not been said.
    if (!said.card) return { kind: 'unknown', reason: 'unparsable' } as const
    await keepCardDetails(db, vault, { id, customerId: order.customer_id }, said.card)
    return { kind: said.kind, bankReference: said.bankReference }
  }

  return {
    /** Has the acquirer see, once, whether the card is good: an authorization of nothing. */
    sendVerification: async (start: CardLinkStart): Promise<BankAnswer> => {
      const { id, fingerprint, order, policy } = start
      const token = await findPersonalValue(db, vault, {
        ownerId: order.customer_id,
        kind: 'card_token',
        reference: id
      })
      if (token === undefined) return { kind: 'declined', code: 'invalid_token' }
      const answer = await sendOnce({
        instruction: { operation: 'verify', reference: id, token },
        fingerprint,
        timeoutMs: policy.send_timeout_ms,
        replied: 'card-link.send/reply',
        ...marksOf(db, { get: () => getCardLink(db, id), state: 'verifying', sendPart, undeliveredPart })
      })
      return (await keep(start, answer)) as BankAnswer
    },

    inquireVerification: async (start: CardLinkStart): Promise<BankInquiry> => {
      const signal = AbortSignal.timeout(start.policy.inquiry_timeout_ms)
      return (await keep(start, await acquirer.inquire(start.id, signal))) as BankInquiry
    }
  }
}
