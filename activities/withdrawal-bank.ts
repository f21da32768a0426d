import { getWithdrawal } from '../store/withdrawal.ts'
import { createBankTalk, type BankTalkDeps } from './bank-talk.ts'
import type { BankInquiry, SendAnswer } from './bank-words.ts'
import type { WithdrawalStart } from './withdrawal-progress.ts'
import { sendPart, undeliveredPart } from './withdrawal-units.ts'

/** A withdrawal's words with the bank: a push. */
export function withdrawalBankActivities(deps: BankTalkDeps) {
  const get = (id: string) => getWithdrawal(deps.db, id)
  const talk = createBankTalk(deps, { kind: 'withdrawal', operation: 'push', get, sendPart, undeliveredPart })
  return {
    sendWithdrawal: (start: WithdrawalStart): Promise<SendAnswer> => talk.send(start),
    inquireWithdrawal: (start: WithdrawalStart): Promise<BankInquiry> => talk.inquire(start)
  }
}
