import { getTopUp } from '../store/top-up.ts'
import type { BankAnswer, BankInquiry } from './bank-words.ts'
import { createCardTalk, type CardTalkDeps } from './card-talk.ts'
import type { CardTopUpStart } from './top-up-progress.ts'
import { sendPart, undeliveredPart } from './top-up-units.ts'

/** A top-up's words with the acquirer: a sale. */
export function topUpCardActivities(deps: CardTalkDeps) {
  const get = (id: string) => getTopUp(deps.db, id)
  const talk = createCardTalk(deps, { kind: 'top-up', operationOf: () => 'sale', get, sendPart, undeliveredPart })
  return {
    sendCardTopUp: (start: CardTopUpStart): Promise<BankAnswer> => talk.send(start),
    inquireCardTopUp: (start: CardTopUpStart): Promise<BankInquiry> => talk.inquire(start)
  }
}
