import type { BankAccountId } from '../domain/ids.ts'
import { getTopUp, type TopUp } from '../store/top-up.ts'
import { createBankTalk, type BankTalkDeps } from './bank-talk.ts'
import type { BankInquiry, SendAnswer } from './bank-words.ts'
import type { BankTopUpStart } from './top-up-progress.ts'
import { sendPart, undeliveredPart } from './top-up-units.ts'

interface Pulled extends TopUp {
  readonly bankAccountId: BankAccountId
  readonly bank: 'a' | 'b'
}

/** A top-up's words with the bank: a pull. */
export function topUpBankActivities(deps: BankTalkDeps) {
  const get = async (id: string): Promise<Pulled> => {
    const topUp = await getTopUp(deps.db, id)
    const { funding } = topUp
    if (funding.type !== 'bank_account') throw new TypeError(`${id} does not come from a bank`)
    return { ...topUp, bankAccountId: funding.id, bank: funding.bank }
  }
  const talk = createBankTalk<Pulled>(deps, { kind: 'top-up', operation: 'pull', get, sendPart, undeliveredPart })
  return {
    sendTopUp: (start: BankTopUpStart): Promise<SendAnswer> => talk.send(start),
    inquireTopUp: (start: BankTopUpStart): Promise<BankInquiry> => talk.inquire(start)
  }
}
