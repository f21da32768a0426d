import { runningWorkflows } from '../../cli/verify/running-workflows.ts'
import { loadVerifyConfig } from '../../config.ts'
import { testContext } from './context.ts'
import type { Coffer } from './coffer.ts'
import { expectEventsToFit } from './events.ts'
import { expectBooksToHold } from './oracles.ts'

/** Posted balances in minor units of all wallets and of all merchants. */
export async function balances({ db }: Pick<Coffer, 'db'>): Promise<{ wallet: bigint; merchant: bigint }> {
  const rows = await db
    .selectFrom('ledger_account')
    .select(['kind', 'credits_posted', 'debits_posted'])
    .where('kind', 'in', ['wallet', 'merchant_payable'])
    .execute()
  const sum = (wanted: string) =>
    rows
      .filter(({ kind }) => kind === wanted)
      .reduce((total, row) => total + row.credits_posted - row.debits_posted, 0n)
  return { wallet: sum('wallet'), merchant: sum('merchant_payable') }
}

/**
 * All oracles: the books, the banks' journals beside them, and a running workflow for every open record; and every event
 * is one of the catalogue, as it says.
 */
export async function expectEverythingSettled(
  { db, sandbox, namespaceAndQueue: { namespace } }: Coffer,
  temporalAddress: string = testContext().temporalAddress
): Promise<void> {
  const temporal = runningWorkflows(temporalAddress, loadVerifyConfig({ TEMPORAL_NAMESPACE: namespace }))
  try {
    const { listWorkflows, listFailing, listSchedules } = temporal
    const readJournal = (bank: Parameters<typeof sandbox.journal>[0]) => sandbox.journal(bank)
    await expectBooksToHold(db, { readJournal, listWorkflows, listFailing, listSchedules })
    await expectEventsToFit({ db })
  } finally {
    await temporal.close()
  }
}
