import { codeMessage, takenMessage, type MessageText } from '../domain/verification-message.ts'
import { findPersonalValue, isProved } from '../store/personal.ts'
import { findVerification, markVerificationSent, readCode, type Verification } from '../store/verification.ts'
import type { ActivityDeps } from './deps.ts'

/** The one argument of `deliver-code`; no personal data, and not the code. */
export interface CodeOrder {
  readonly id: string
  readonly customer_id: string
}

/** What became of a code's message: `over` when nobody could use it any more. */
export type CodeDelivery = 'sent' | 'over'

const MINUTE_MS = 60_000

export function deliverCodeActivities({
  db,
  vault,
  notifier,
  crash
}: Pick<ActivityDeps, 'db' | 'vault' | 'notifier' | 'crash'>) {
  /** An address that somebody has proved gets no code for another account: its owner is told instead. */
  async function messageFor({ id, customerId, channel, leftMs }: Verification, contact: string): Promise<MessageText> {
    const taken = await isProved(db, vault, channel, contact, customerId)
    return taken
      ? takenMessage
      : codeMessage(await readCode(db, vault, id), Math.max(1, Math.round(leftMs / MINUTE_MS)))
  }

  return {
    /**
     * Hands the code's message to the notifier, which takes one id once: repeating is harmless.
     * @throws {Error} when the notifier did not take it: Temporal tries again, until nobody can use the code any more
     */
    sendCode: async ({ id }: CodeOrder): Promise<CodeDelivery> => {
      const verification = await findVerification(db, id)
      if (verification?.sentAt) return 'sent'
      if (verification?.state !== 'pending') return 'over'
      const { customerId: ownerId, channel } = verification
      const to = await findPersonalValue(db, vault, { ownerId, kind: channel })
      if (to === undefined) return 'over'
      const message = await messageFor(verification, to)
      crash('deliver-code.send/before')
      await notifier.send({ id, to, channel: channel === 'email' ? 'email' : 'sms', ...message })
      crash('deliver-code.send/reply')
      await markVerificationSent(db, verification.id)
      return 'sent'
    }
  }
}
