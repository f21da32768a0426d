import { createCallers } from './callers.ts'
import type { Journal } from './journal.ts'
import { comeToRest } from './quiet.ts'
import { usd } from './story.ts'
import type { System } from './system.ts'

/** Enough that a slice's payments are paid, little enough that some are not. */
const AMOUNT = 50_000

/** Money for everybody, in the way in which it always comes in, before anything is broken. */
export async function fundEverybody(system: System, journal: Journal): Promise<void> {
  const { apiUrls, people } = system
  const callers = createCallers({
    apiUrls,
    people,
    journal,
    over: AbortSignal.timeout(60_000),
    onAnswer: () => undefined
  })
  const service = callers.as('service', 'funds')
  const topUps = people.customers.map(({ wallet_id, bank_account_id }) =>
    service.post('/v1/top-ups', { wallet_id, bank_account_id, amount: usd(AMOUNT) }, { key: `funds-${wallet_id}` })
  )
  await Promise.all(topUps)
  await comeToRest(system, callers)
}
