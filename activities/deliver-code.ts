import { isId, type PasswordResetId } from '../domain/ids.ts'
import { channelOf } from '../domain/personal.ts'
import type { MessageText } from '../domain/notice-text.ts'
import { codeMessages } from '../domain/verification-message.ts'
import type { Notification } from '../providers/notifier.ts'
import { readPreferences } from '../store/notification-preferences.ts'
import { findPasswordReset, findWhoForgot, markResetSent, readResetCode } from '../store/password-reset.ts'
import { findPersonalValue, isProved } from '../store/personal.ts'
import { findVerification, markVerificationSent, readCode, type Verification } from '../store/verification.ts'
import type { ActivityDeps } from './deps.ts'

/** The one argument of `deliver-code`; no personal data, and not the code. */
export interface CodeOrder {
  /** A verification, or a password reset. */
  readonly id: string
  /** Absent: nobody has looked yet whose log-in it is. */
  readonly customer_id?: string | undefined
}

/** What became of a code's message: `over` when nobody could use it any more. */
export type CodeDelivery = 'sent' | 'over'

const MINUTE_MS = 60_000

export function deliverCodeActivities({
  db,
  vault,
  notifier,
  policy,
  crash
}: Pick<ActivityDeps, 'db' | 'vault' | 'notifier' | 'policy' | 'crash'>) {
  /** An address that somebody has proved gets no code for another account: its owner is told instead. */
  async function messageFor(verification: Verification, contact: string): Promise<MessageText> {
    const { id, customerId, channel, purpose, leftMs } = verification
    const minutes = Math.max(1, Math.round(leftMs / MINUTE_MS))
    const { language } = await readPreferences(db, customerId)
    const words = codeMessages[language]
    if (purpose === 'log_in') return words.logIn(await readCode(db, vault, id), minutes)
    const taken = await isProved(db, vault, channel, contact, customerId)
    return taken ? words.taken : words.registration(await readCode(db, vault, id), minutes)
  }

  /** @throws {Error} when the notifier did not take it */
  async function hand(message: Notification): Promise<void> {
    const answer = await notifier.send(message)
    if (answer !== 'taken') throw new Error(`the notifier did not take it: ${answer}`)
  }

  /** Here, and not before the answer, is looked whether the log-in exists; for one that does not nothing is sent. */
  async function sendResetCode(id: PasswordResetId): Promise<CodeDelivery> {
    const reset = await findPasswordReset(db, id)
    if (reset?.sentAt) return reset.customerId === null ? 'over' : 'sent'
    if (!reset?.open) return 'over'
    const { kind } = reset.login
    const ownerId = await findWhoForgot(db, reset)
    const to = ownerId && (await findPersonalValue(db, vault, { ownerId, kind }))
    if (ownerId !== undefined && to !== undefined) {
      const { language } = await readPreferences(db, ownerId)
      const minutes = policy.password_reset.code_ms / MINUTE_MS
      const message = codeMessages[language].reset(await readResetCode(db, vault, id), minutes)
      await hand({ id, to, channel: channelOf(kind), ...message })
    }
    await markResetSent(db, id)
    return to === undefined ? 'over' : 'sent'
  }

  return {
    /**
     * Hands the code's message to the notifier, which takes one id once: repeating is harmless.
     * @throws {Error} when the notifier did not take it: Temporal tries again, until nobody can use the code any more
     */
    sendCode: async ({ id }: CodeOrder): Promise<CodeDelivery> => {
      if (isId('pwr', id)) return sendResetCode(id)
      const verification = await findVerification(db, id)
      if (verification?.sentAt) return 'sent'
      if (verification?.state !== 'pending') return 'over'
      const { customerId: ownerId, channel } = verification
      const to = await findPersonalValue(db, vault, { ownerId, kind: channel })
      if (to === undefined) return 'over'
      const message = await messageFor(verification, to)
      crash('deliver-code.send/before')
      await hand({ id, to, channel: channelOf(channel), ...message })
      crash('deliver-code.send/reply')
      await markVerificationSent(db, verification.id)
      return 'sent'
    }
  }
}
