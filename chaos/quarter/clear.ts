import type { Caller, Callers } from '../callers.ts'
import type { Random } from '../random.ts'
import { idOf } from '../story.ts'
import type { System } from '../system.ts'
import { explainedBy, readItems, readPlanted, type Discrepancy, type Item } from './discrepancies.ts'

interface Open {
  readonly item: Item
  readonly discrepancy: Discrepancy
}

/** What is to be explained by somebody: what only comes late is waited for, and what nobody planted stays, and is a breach. */
export async function listOpen(system: System): Promise<Open[]> {
  const planted = await readPlanted(system)
  const items = (await readItems(system)).filter(({ state }) => state === 'open')
  return items.flatMap((item) => {
    const discrepancy = planted.find((each) => explainedBy(each, [item]).length > 0)
    return !discrepancy || discrepancy.kind === 'drop_for_a_while' ? [] : [{ item, discrepancy }]
  })
}

/**
 * What finance does in the morning about what the banks' statements left to be explained: each item is put where it belongs,
 * above the threshold by two of them.
 */
export async function clearItems(
  open: readonly Open[],
  { people }: System,
  callers: Callers,
  random: Random
): Promise<void> {
  const [finance, second] = ['finance', 'finance_2'].map((by) => callers.as(by, 'open items')) as [Caller, Caller]
  for (const { item, discrepancy } of open) {
    const path = `/v1/reconciliations/${item.reconciliation_id}/adjustments`
    const where = whereTo(discrepancy, item, random.pick(people.customers).wallet_id, random)
    const asked = await finance.post(path, { item_id: item.id, ...where, reason: 'as the bank has said' })
    if (asked.status === 202) await second.post(`/v1/reviews/${idOf(asked)}/approve`)
  }
}

function whereTo({ kind }: Discrepancy, item: Item, walletId: string, random: Random): object {
  // Both halves of one line go to the same place, and make nothing there.
  if (kind === 'forget_reference') return { account: 'recovery_income' }
  if (item.rests !== 'suspense') return { account: 'credit_loss_expense' }
  if (item.amount < 0n) return { account: 'bank_fee_expense' }
  if (kind !== 'unknown_credit' || random.next() < 0.5) return { account: 'recovery_income' }
  return { account: 'wallet', wallet_id: walletId }
}
