import type { BankAccountId } from '../domain/ids.ts'
import { createBankTalk, type BankTalkDeps } from './bank-talk.ts'
import type { BankInquiry, SendAnswer } from './bank-words.ts'
import { getFundedPayment } from './funded-payment.ts'
import { sendPart, undeliveredPart, type FundedPayment } from './payment-funding-units.ts'
import type { BankPaymentStart } from './payment-progress.ts'

interface PaidByBank extends FundedPayment {
  readonly bankAccountId: BankAccountId
  readonly bank: 'a' | 'b'
}

/** A payment's words with the bank that pays it: a pull. */
export function paymentBankActivities(deps: BankTalkDeps) {
  const get = async (id: string): Promise<PaidByBank> => {
    const payment = await getFundedPayment(deps.db, id)
    const { funding } = payment
    if (funding.type !== 'bank_account') throw new TypeError(`${id} is not paid by a bank`)
    return { ...payment, bankAccountId: funding.id, bank: funding.bank }
  }
  const talk = createBankTalk<PaidByBank>(deps, { kind: 'payment', operation: 'pull', get, sendPart, undeliveredPart })
  return {
    sendPayment: (start: BankPaymentStart): Promise<SendAnswer> => talk.send(start),
    inquirePayment: (start: BankPaymentStart): Promise<BankInquiry> => talk.inquire(start)
  }
}
