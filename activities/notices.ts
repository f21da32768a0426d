import { heartbeat, log } from '@temporalio/activity'
import { idOf } from '../domain/ids.ts'
import { channelOf } from '../domain/personal.ts'
import { debitMessage, noticeMessages } from '../domain/notice-message.ts'
import type { MessageText } from '../domain/verification-message.ts'
import { denialToken } from '../store/debit-report.ts'
import { findMerchant } from '../store/merchant.ts'
import { listNotices, markNoticeDone, noteDebits, type Notice } from '../store/notices.ts'
import { findPayment } from '../store/payment.ts'
import { findProvedContact } from '../store/personal.ts'
import { findWithdrawal } from '../store/withdrawal.ts'
import type { ActivityDeps } from './deps.ts'

/** What became of the notices of a run; an operator reads it as the run's result. */
export interface NoticeReport {
  readonly told: number
  /** They stay, and are told by a later run. */
  readonly failed: number
}

const PAGE = 500
const AT_ONCE = 5
/** What could not be told for a day is old news, and stands in the wallet's entries. */
const MAX_AGE_MS = 86_400_000

/** Tells customers what leaves their wallets and what happens to their account: after it was committed, and beside it. */
export function noticeActivities({ db, vault, notifier }: Pick<ActivityDeps, 'db' | 'vault' | 'notifier'>) {
  async function debitText(id: string): Promise<MessageText | undefined> {
    const payment = await findPayment(db, id)
    if (payment) {
      const merchant = await findMerchant(db, payment.merchantId)
      return debitMessage(payment, merchant?.name ?? payment.merchantId, denialToken(vault, payment.id))
    }
    const withdrawal = await findWithdrawal(db, id)
    return withdrawal && debitMessage(withdrawal, 'your bank account', denialToken(vault, idOf('wdr', id)))
  }

  const textOf = async ({ kind, objectId }: Notice): Promise<MessageText | undefined> =>
    kind === 'debit' ? debitText(objectId ?? '') : noticeMessages[kind]

  /** The notifier takes one id once: repeating is harmless. Who has no address is told nothing. */
  async function tell(notice: Notice): Promise<void> {
    const contact = await findProvedContact(db, vault, notice.customerId)
    const message = contact && (await textOf(notice))
    if (message) {
      const channel = channelOf(contact.kind)
      await notifier.send({ id: notice.id, to: contact.value, channel, ...message })
    }
    await markNoticeDone(db, notice.id)
  }

  return {
    /** Until there is nothing left to tell, or the notifier takes nothing. */
    sendNotices: async (): Promise<NoticeReport> => {
      while ((await noteDebits(db, PAGE)) === PAGE) heartbeat('noted')
      let told = 0
      for (;;) {
        const page = await listNotices(db, MAX_AGE_MS, PAGE)
        const lost: PromiseRejectedResult[] = []
        for (let from = 0; from < page.length; from += AT_ONCE) {
          heartbeat(told)
          const results = await Promise.allSettled(page.slice(from, from + AT_ONCE).map(tell))
          lost.push(...results.filter((result) => result.status === 'rejected'))
          told += results.filter((result) => result.status === 'fulfilled').length
          if (lost.length === from + AT_ONCE) break
        }
        if (lost.length > 0)
          log.warn('notices were not taken', { failed: lost.length, reason: String(lost[0]!.reason) })
        if (lost.length > 0 || page.length < PAGE) return { told, failed: lost.length }
      }
    }
  }
}
