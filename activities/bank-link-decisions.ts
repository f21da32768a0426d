import type { Refusal } from '../domain/errors.ts'
import type { BankLinkState } from '../domain/bank-link.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { getBankLink, type BankLink } from '../store/bank-link.ts'
import type { Decision } from '../store/decision.ts'
import { readBusinessNow } from '../store/process.ts'
import { toBankLinkProgress, type BankLinkProgress, type BankLinkStart } from './bank-link-progress.ts'
import { bankLinkUnits } from './bank-link-units.ts'
import { carryOut } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'

type BankLinkDecided = DecisionOutcome<BankLinkState> & { readonly progress: BankLinkProgress }

/** What customers decide about a link that is under way; each decision is one unit of work. */
export function bankLinkDecisionActivities({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) {
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
      decide(start, decisionId, (link, { actor }, now) => bankLinkUnits(start).holderConfirmed(link, actor, now)),

    cancelBankLink: (start: BankLinkStart, decisionId: string): Promise<BankLinkDecided> =>
      decide(start, decisionId, (link, { actor }) => bankLinkUnits(start).canceled(link, actor))
  }
}
