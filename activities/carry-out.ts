import { Refusal } from '../domain/errors.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { decisionUnitKey, getDecision, listPendingDecisions, type Decision } from '../store/decision.ts'
import type { ActivityDeps } from './deps.ts'
import { settle, type Settled } from './settle.ts'

/**
 * Carries out what someone decided: the row says what and by whom, `partFor` what that means for the thing as it is now.
 * A refusal is stored under the decision's key like a success, so that the same decision always gets the same answer.
 * @throws {Refusal} `not_found` when a message came without the row that gives it authority
 */
export async function carryOut(
  { db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>,
  { processId, decisionId }: { readonly processId: string; readonly decisionId: string },
  partFor: (decision: Decision) => Promise<UnitPart | Refusal>
): Promise<Settled> {
  const decision = await getDecision(db, processId, decisionId)
  const { fingerprint } = decision
  const key = decisionUnitKey(decision)
  return settle(ledger, async () => {
    const part = await partFor(decision)
    if (part instanceof Refusal)
      return { key, fingerprint, guards: [{ kind: 'refuse', code: part.code, data: part.data }] }
    return { ...part, key, fingerprint }
  })
}

/** Decisions that no message has brought: after a nudge a run looks for them here. */
export const pendingDecisions =
  (db: ActivityDeps['db']) =>
  async ({ id }: { readonly id: string }): Promise<{ id: string; action: string }[]> =>
    (await listPendingDecisions(db, id)).map((decision) => ({ id: decision.id, action: decision.action }))
