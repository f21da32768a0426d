import type { BankAccountId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import { isSourceLinked } from '../store/refund-facts.ts'
import { getPayment } from '../store/payment.ts'
import { getRefund, type Refund } from '../store/refund.ts'
import { createBankTalk } from './bank-talk.ts'
import type { BankInquiry, NotSent, SendAnswer } from './bank-words.ts'
import type { ActivityDeps } from './deps.ts'
import type { RefundStart } from './refund-progress.ts'
import { sendPart, undeliveredPart } from './refund-units.ts'
import { createSendOnce, marksOf } from './send-once.ts'

interface ByBank extends Refund {
  readonly bankAccountId: BankAccountId
  readonly bank: 'a' | 'b'
}

/** A refund's words with whoever brings it back to where it came from: a bank, by a push, or the acquirer. */
export function refundRailActivities(
  deps: Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'bank' | 'acquirer' | 'crash'>
) {
  const { db, ledger, acquirer, crash } = deps
  const get = (id: string) => getRefund(db, id)
  const getByBank = async (id: string): Promise<ByBank> => {
    const refund = await get(id)
    const { source } = refund
    if (source?.type !== 'bank_account') throw new TypeError(`${id} goes to no bank`)
    return { ...refund, bankAccountId: source.id, bank: source.bank }
  }
  const bankTalk = createBankTalk<ByBank>(deps, {
    kind: 'refund',
    operation: 'push',
    get: getByBank,
    sendPart,
    undeliveredPart
  })
  const sendOnce = createSendOnce({ ledger, bank: acquirer, crash })

  /** Why nobody is told any more; undefined: they are. */
  async function obstacle({ paymentId, source }: Refund): Promise<NotSent | undefined> {
    // The payer's bank has given it back to them already: a second time it goes to nobody but the wallet, which owes it.
    if ((await getPayment(db, paymentId)).returned > 0n) return { kind: 'not_sent', code: 'bank_declined' }
    if (!(await isSourceLinked(db, source!))) return { kind: 'not_sent', code: 'account_closed' }
    return undefined
  }

  return {
    /** Has the bank, or the acquirer, give the money back, once. */
    sendRefund: async (start: RefundStart): Promise<SendAnswer> => {
      const { id, fingerprint, order, policy } = start
      const refund = await get(id)
      const refused = await obstacle(refund)
      if (refused) return refused
      if (isToBank(start)) return bankTalk.send(start)
      return sendOnce({
        instruction: { operation: 'refund', reference: id, of: order.payment_id, money: toWire(refund) },
        fingerprint,
        timeoutMs: policy.send_timeout_ms,
        replied: 'refund.send/reply',
        ...marksOf(db, { get: () => get(id), state: 'processing', sendPart, undeliveredPart })
      })
    },

    /** Asks what became of it; what they say, "unknown" included, is a value. */
    inquireRefund: (start: RefundStart): Promise<BankInquiry> => {
      if (isToBank(start)) return bankTalk.inquire(start)
      return acquirer.inquire(start.id, AbortSignal.timeout(start.policy.inquiry_timeout_ms))
    }
  }
}

type BankRefundStart = RefundStart & { readonly order: { readonly bank: 'a' | 'b' } }

const isToBank = (start: RefundStart): start is BankRefundStart => start.order.bank !== undefined
