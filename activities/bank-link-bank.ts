import type { AccountQuestion, OwnershipAnswer, PayeeAnswer } from '../providers/bank.ts'
import { findPersonal } from '../store/personal.ts'
import type { BankLinkStart } from './bank-link-progress.ts'
import type { ActivityDeps } from './deps.ts'

export type PayeeWord = PayeeAnswer['kind']
/** `pending`: the bank will say more, and calls back. */
export type OwnershipWord = Exclude<OwnershipAnswer['kind'], 'pending'>

/** A link's questions to the bank. Whose account it is about stays in here. */
export function bankLinkBankActivities({
  db,
  vault,
  bank,
  crash
}: Pick<ActivityDeps, 'db' | 'vault' | 'bank' | 'crash'>) {
  /** Undefined once the customer was erased. */
  async function questionOf({ id, order }: BankLinkStart): Promise<AccountQuestion | undefined> {
    const known = await findPersonal(db, vault, order.customer_id, ['iban', 'name'])
    const iban = known.find(({ kind, reference }) => kind === 'iban' && reference === id)?.value
    const name = known.find(({ kind }) => kind === 'name')?.value
    return iban === undefined || name === undefined ? undefined : { bank: order.bank, reference: id, iban, name }
  }

  return {
    /** Has the bank compare the customer's name with the account holder's. */
    confirmPayee: async (start: BankLinkStart): Promise<PayeeWord> => {
      const question = await questionOf(start)
      if (!question) return 'closed'
      const { kind } = await bank.confirmPayee(question)
      crash('bank-link.payee/reply')
      return kind
    },

    /** Asks whose the account is, or what came of it: the same reference asks the same, and is answered anew. */
    checkOwnership: async (start: BankLinkStart): Promise<OwnershipAnswer['kind']> => {
      const question = await questionOf(start)
      if (!question) return 'not_owned'
      const { kind } = await bank.checkOwnership(question)
      crash('bank-link.ownership/reply')
      return kind
    }
  }
}
