import type { Coffer } from '../support/coffer.ts'
import { fundFromCapital } from '../support/fund.ts'
import { addRule, DAY_MS, idOf, order, pay, reviewers, reviewIdOf } from '../support/risk.ts'
import type { ReplayStory } from './stories.ts'

type Process = 'payment' | 'withdrawal' | 'top-up'

/** Held up by an admin's rule, which is gone again afterwards. */
async function held(coffer: Coffer, process: Process): Promise<string> {
  const rule = idOf(await addRule(coffer, { process, customer_id: coffer.customer('bench').id }))
  await fundFromCapital(coffer, 'bench', 1_700n)
  const { wallet_id } = coffer.customer('bench')
  const made =
    process === 'payment' ? await pay(coffer, 1_700, { wallet_id }) : await order(coffer, `${process}s`, 1_700, 'bench')
  await coffer.admin.delete(`/v1/risk-rules/${rule}`)
  if (made.body['state'] !== 'in_review') throw new Error(JSON.stringify(made.body))
  return idOf(made)
}

const decided =
  (process: Process, verb: 'approve' | 'reject') =>
  async (coffer: Coffer): Promise<string> => {
    const id = await held(coffer, process)
    const { status, body } = await reviewers(coffer).reviewer.post(`/v1/reviews/${reviewIdOf(id)}/${verb}`)
    if (status !== 200) throw new Error(JSON.stringify(body))
    return id
  }

const canceled = (process: Process) => async (coffer: Coffer) => {
  const id = await held(coffer, process)
  await coffer.service.post(`/v1/${process}s/${id}/cancel`)
  return id
}

const runOut = (process: Process) => async (coffer: Coffer) => {
  const id = await held(coffer, process)
  await coffer.advanceClock(4 * DAY_MS)
  return id
}

/** What a reviewer has to look at, in every way that it can end. */
export const riskStories: readonly ReplayStory[] = (['payment', 'withdrawal', 'top-up'] as const).flatMap((process) => [
  { name: `${process}/review-approved`, state: 'succeeded', tell: decided(process, 'approve') },
  { name: `${process}/review-rejected`, state: 'declined', tell: decided(process, 'reject') },
  { name: `${process}/review-canceled`, state: 'canceled', tell: canceled(process) },
  { name: `${process}/review-run-out`, state: process === 'payment' ? 'expired' : 'canceled', tell: runOut(process) }
])
