import type { BankReturnState } from '../domain/bank-return.ts'
import { Refusal } from '../domain/errors.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import { getBankReturn } from '../store/bank-return.ts'
import { NO_DEBTS, readWalletDebts } from '../store/debts.ts'
import { toBankReturnProgress, type BankReturnStart } from './bank-return-progress.ts'
import { writeOffPart } from './bank-return-units.ts'
import { carryOut, pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { isReviewed } from './reviewed.ts'

/** What finance may decide about what a customer owes for a return. */
export const bankReturnDecisionActivities = ({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) => ({
  /** Gives it up; always another one of them than who asked for it. */
  writeOffReturn: async ({ id }: BankReturnStart, decisionId: string): Promise<DecisionOutcome<BankReturnState>> => {
    const { walletId } = await getBankReturn(db, id)
    const settled = await carryOut({ db, ledger }, { processId: id, decisionId }, async (decision) => {
      // Before the record: what is owed changes with the counter.
      const debts = walletId === null ? NO_DEBTS : await readWalletDebts(db, walletId)
      const seen = await getBankReturn(db, id)
      if (decision.role !== 'finance') return new Refusal('forbidden')
      if (seen.state !== 'receivable') return new Refusal('state_conflict', { state: seen.state })
      if (!(await isReviewed(db, id, decision))) return new Refusal('four_eyes_required')
      return writeOffPart(seen, debts, { actor: decision.actor, thaw: decision.data['thaw'] === true })
    })
    const progress = toBankReturnProgress(await getBankReturn(db, id))
    crash('bank-return.write-off/report')
    return { ...settled, progress }
  },

  listReturnDecisions: pendingDecisions(db)
})
