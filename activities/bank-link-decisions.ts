import { Refusal } from '../domain/errors.ts'
import type { BankLinkState } from '../domain/bank-link.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { getBankLink, type BankLink } from '../store/bank-link.ts'
import type { Decision } from '../store/decision.ts'
import { amountsIndex, openAmounts } from '../store/micro-deposits.ts'
import { isIbanTaken } from '../store/personal.ts'
import { readBusinessNow } from '../store/process.ts'
import { toBankLinkProgress, type BankLinkProgress, type BankLinkStart } from './bank-link-progress.ts'
import { bankLinkUnits } from './bank-link-units.ts'
import { carryOut } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'

type BankLinkDecided = DecisionOutcome<BankLinkState> & { readonly progress: BankLinkProgress }

/** What customers decide about a link that is under way; each decision is one unit of work. */
export function bankLinkDecisionActivities({ db, ledger, vault }: Pick<ActivityDeps, 'db' | 'ledger' | 'vault'>) {
  async function decide(
    start: BankLinkStart,
    decisionId: string,
    partFor: (link: BankLink, decision: Decision, now: Date) => UnitPart | Refusal
  ): Promise<BankLinkDecided> {
    const settled = await carryOut({ db, ledger }, { processId: start.id, decisionId }, async (decision) =>
      partFor(await getBankLink(db, start.id), decision, await readBusinessNow(db))
    )
    return { ...settled, progress: toBankLinkProgress(await getBankLink(db, start.id), start) }
  }

  return {
    confirmHolder: (start: BankLinkStart, decisionId: string): Promise<BankLinkDecided> =>
      decide(start, decisionId, (link, { actor }, now) =>
        bankLinkUnits(start, vault).holderConfirmed(link, actor, now)
      ),

    /** A try at the two amounts: right ones link the account, wrong ones are counted. */
    verifyAmounts: async (start: BankLinkStart, decisionId: string): Promise<BankLinkDecided> => {
      const units = bankLinkUnits(start, vault)
      try {
        return await decide(start, decisionId, (link, { actor, data }, now) => {
          const right =
            link.amounts !== null && data['index'] === amountsIndex(vault, link.id, openAmounts(vault, link))
          return units.amountsTried(link, { actor, right, now })
        })
      } catch (error) {
        if (!isIbanTaken(error)) throw error
        return decide(start, decisionId, (link) => units.failed(link, 'bank_account_unavailable'))
      }
    },

    /** Puts on record that an operator has the bank asked now; the run asks. */
    retryBankLink: (start: BankLinkStart, decisionId: string): Promise<BankLinkDecided> =>
      decide(start, decisionId, (link, { actor, role }) =>
        role === 'finance' ? bankLinkUnits(start, vault).retried(link, actor) : new Refusal('forbidden')
      ),

    cancelBankLink: (start: BankLinkStart, decisionId: string): Promise<BankLinkDecided> =>
      decide(start, decisionId, (link, { actor }) => bankLinkUnits(start, vault).canceled(link, actor))
  }
}
