import { heartbeat } from '@temporalio/activity'
import { idOf } from '../domain/ids.ts'
import { noticeText } from '../domain/notice-text.ts'
import type { NotifierAnswer } from '../providers/notifier.ts'
import { denialToken, type DebitId } from '../store/debit-report.ts'
import { readKybProfile } from '../store/kyb-profile.ts'
import { endDelivery, postponeDelivery, type DueDelivery } from '../store/notice-delivery.ts'
import { findPersonal } from '../store/personal.ts'
import { findPushToken, forgetPushToken } from '../store/push-tokens.ts'
import type { ActivityDeps } from './deps.ts'

/** `failed`: it is tried again. */
export type Outcome = 'told' | 'undeliverable' | 'failed'

/** Hands one message to the notifier, and puts down what became of it. */
export function createTeller({
  db,
  vault,
  notifier,
  policy,
  crash
}: Pick<ActivityDeps, 'db' | 'vault' | 'notifier' | 'policy' | 'crash'>) {
  const { retry_first_ms, retry_max_ms, give_up_ms } = policy.notifications
  return tell

  async function addressOf({ channel, customerId, merchantId, deviceId }: DueDelivery): Promise<string | undefined> {
    if (merchantId !== null)
      return (await readKybProfile(db, vault, idOf('mer', merchantId))).business_profile?.contact_email
    if (channel === 'push') return findPushToken(db, vault, { id: deviceId!, customerId: customerId! })
    const kind = channel === 'email' ? 'email' : 'phone'
    const known = await findPersonal(db, vault, customerId!, [kind])
    return known.find(({ verifiedAt }) => verifiedAt !== null)?.value
  }

  /** The notifier takes one id once: whoever repeats it after a crash is told that it was taken. */
  async function send(delivery: DueDelivery, to: string): Promise<NotifierAnswer> {
    const { id, kind, language, channel, facts, zone, objectId } = delivery
    const isDebit = kind === 'debit' || kind === 'withdrawal_sent'
    const token = isDebit ? denialToken(vault, objectId as DebitId) : undefined
    const message = noticeText(kind, language, channel, { ...facts, token }, zone)
    crash('notifications.send/before')
    const answer = await notifier.send({ id, to, channel, ...message })
    crash('notifications.send/reply')
    if (answer === 'gone' && channel === 'push') await forgetPushToken(db, vault, delivery.deviceId!, to)
    return answer
  }

  async function giveUp(id: string, failure: string): Promise<Outcome> {
    await endDelivery(db, id, { state: 'undeliverable', failure })
    return 'undeliverable'
  }

  async function tell(delivery: DueDelivery): Promise<Outcome> {
    const { id, attempts, lateMs } = delivery
    heartbeat()
    const to = await addressOf(delivery)
    if (to === undefined) return giveUp(id, 'no address')
    try {
      const answer = await send(delivery, to)
      if (answer !== 'taken') return await giveUp(id, answer)
      await endDelivery(db, id, { state: 'sent' })
      return 'told'
    } catch (error) {
      const failure = error instanceof Error ? error.message.slice(0, 200) : 'unknown'
      if (lateMs > give_up_ms) return giveUp(id, failure)
      await postponeDelivery(db, id, failure, Math.min(retry_max_ms, retry_first_ms * 2 ** Math.min(attempts, 20)))
      return 'failed'
    }
  }
}
