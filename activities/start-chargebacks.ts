import { listUndisputed, listUnreturned } from '../store/chargeback.ts'
import { bankReturnStart } from '../store/bank-return-start.ts'
import { chargebackStart } from '../store/chargeback-start.ts'
import type { ActivityDeps } from './deps.ts'
import { startMissing } from './start-missing.ts'

const MAX = 200

type StartDeps = Pick<ActivityDeps, 'db' | 'runs' | 'policy'>

/**
 * Gives each chargeback its dispute, as soon as it is known what the merchant answers for, and each that is the customer's its
 * bank return: called when they are heard of, and by every sweep for those whose run was lost or had to wait.
 * @returns the workflows that were started.
 */
export async function startChargebacks({ db, runs, policy }: StartDeps): Promise<string[]> {
  const disputed = await listUndisputed(db, MAX)
  const returned = await listUnreturned(db, MAX)
  return startMissing(runs, [
    ...disputed.map((chargeback) => {
      const order = chargebackStart(chargeback, policy)
      return {
        kind: 'dispute',
        id: order.id,
        order,
        summary: `a card holder has a payment taken back: ${chargeback.id}`
      }
    }),
    ...returned.map(({ id }) => {
      const order = bankReturnStart({ bank: 'acquirer', reference: id }, policy)
      return { kind: 'bank-return', id: order.id, order, summary: `a card holder has money taken back: ${id}` }
    })
  ])
}
