import { isCardHold } from '../domain/card-capture.ts'
import type { BankAnswer, BankInquiry } from './bank-words.ts'
import { createCardTalk, type CardTalkDeps } from './card-talk.ts'
import { getFundedPayment } from './funded-payment.ts'
import { sendPart, undeliveredPart } from './payment-funding-units.ts'
import type { FundedPaymentStart } from './payment-progress.ts'

/** A payment's words with the acquirer: authorized, and unless that is to happen later captured in one. */
export function paymentCardActivities(deps: CardTalkDeps) {
  const talk = createCardTalk(deps, {
    kind: 'payment',
    operationOf: (payment) => (isCardHold(payment) ? 'authorize' : 'sale'),
    get: (id) => getFundedPayment(deps.db, id),
    sendPart,
    undeliveredPart
  })
  return {
    sendCardPayment: (start: FundedPaymentStart): Promise<BankAnswer> => talk.send(start),
    inquireCardPayment: (start: FundedPaymentStart): Promise<BankInquiry> => talk.inquire(start)
  }
}
