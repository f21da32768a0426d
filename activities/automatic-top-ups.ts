import { toWire } from '../domain/money.ts'
import { topUpPolicy } from '../domain/policy/index.ts'
import { listDueAutomaticTopUps, nextAutomaticId, type AutomaticTopUpStanding } from '../store/automatic-top-up.ts'
import type { ActivityDeps } from './deps.ts'
import { startMissing } from './start-missing.ts'
import type { TopUpStart } from './top-up-progress.ts'

/** A sweep's worth; the others' turn comes with the next one. */
const DUE_MAX = 500

/**
 * Starts the top-up of every rule that is due. Found by looking, and not told by what was paid: a payment pays for no rule,
 * and what is not started because the worker died is found again.
 * @returns the workflows that were started.
 */
export async function startAutomaticTopUps({
  db,
  runs,
  policy
}: Pick<ActivityDeps, 'db' | 'runs' | 'policy'>): Promise<string[]> {
  const due = await listDueAutomaticTopUps(db, policy, DUE_MAX)
  const orders = due.map((rule) => startOf(rule, policy))
  // One that runs already may be about to accept it.
  return startMissing(
    runs,
    orders.map((order) => ({ kind: 'top-up', id: order.id, order, summary: 'automatic top-up' }))
  )
}

function startOf(rule: AutomaticTopUpStanding, policy: ActivityDeps['policy']): TopUpStart {
  const id = nextAutomaticId(rule)
  const { walletId, bankAccountId, bank, add: amount, currency } = rule
  return {
    id,
    order: {
      wallet_id: walletId,
      bank_account_id: bankAccountId,
      bank,
      amount: toWire({ amount, currency }),
      metadata: {},
      automatic: true
    },
    policy: topUpPolicy(policy),
    fingerprint: `automatic/${id}`,
    actor: rule.customerId,
    requestId: id
  }
}
