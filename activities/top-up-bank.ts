import { getTopUp } from '../store/top-up.ts'
import type { BankInquiry, SendAnswer } from './bank-words.ts'
import { createBankTalk, type BankTalkDeps } from './bank-talk.ts'
import type { TopUpStart } from './top-up-progress.ts'
import { sendPart, undeliveredPart } from './top-up-units.ts'

/** A top-up's words with the bank: a pull. */
export function topUpBankActivities(deps: BankTalkDeps) {
  const get = (id: string) => getTopUp(deps.db, id)
  const talk = createBankTalk(deps, { kind: 'top-up', operation: 'pull', get, sendPart, undeliveredPart })
  return {
    sendTopUp: (start: TopUpStart): Promise<SendAnswer> => talk.send(start),
    inquireTopUp: (start: TopUpStart): Promise<BankInquiry> => talk.inquire(start)
  }
}
