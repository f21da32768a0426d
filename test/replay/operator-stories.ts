import type { Answered } from '../support/client.ts'
import { callBack } from '../support/call-back.ts'
import type { Coffer } from '../support/coffer.ts'
import type { ReplayStory } from './stories.ts'

const DAY_MS = 86_400_000

const idOf = ({ status, body }: Answered): string => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return String(body['id'])
}

/** Not answered, and not asked about with success either. */
async function unanswered(coffer: Coffer, amount: number, booked: boolean): Promise<string> {
  await coffer.sandbox.addRule({ match: { operation: 'pull', amount: String(amount) }, outcome: 'error', booked })
  await coffer.sandbox.addRule({ match: { operation: 'inquiry' }, outcome: 'error' })
  const { wallet_id, bank_account_id } = coffer.customer('customer-a')
  const order = { wallet_id, bank_account_id, amount: { amount: String(amount), currency: 'USD' } }
  const id = idOf(await coffer.service.post('/v1/top-ups', order))
  await coffer.service.until(`/v1/top-ups/${id}`, ({ timeline }) => JSON.stringify(timeline).includes('top_up.sent'))
  return id
}

/** A day later an operator has the bank's letter: it has booked. */
async function resolved(coffer: Coffer, amount: number, booked: boolean): Promise<string> {
  const id = await unanswered(coffer, amount, booked)
  await coffer.advanceClock(DAY_MS)
  await coffer.service.until(`/v1/top-ups/${id}`, ({ timeline }) => JSON.stringify(timeline).includes('top_up.stuck'))
  const body = { outcome: 'booked', reason: 'the bank rang back', proof: 'a letter' }
  idOf(await coffer.finance.post(`/v1/top-ups/${id}/resolve`, body))
  await coffer.sandbox.clearRules()
  return id
}

async function contradicted(coffer: Coffer): Promise<string> {
  const id = await resolved(coffer, 1_500, false)
  await callBack(coffer, 'a', id)
  return id
}

async function retriedInBulk(coffer: Coffer): Promise<string> {
  await unanswered(coffer, 1_600, true)
  const { rows } = await coffer.pool.query<{ to: Date }>(`select business_now() + interval '1 second' as to`)
  const filter = { kind: 'unknown_bank_instruction', bank: 'a', from: '2026-01-01T00:00:00Z', to: rows[0]!.to }
  await coffer.sandbox.clearRules()
  return idOf(await coffer.finance.post('/v1/tasks/bulk', { action: 'retry', filter, reason: 'bank A was away' }))
}

export const operatorStories: readonly ReplayStory[] = [
  { name: 'top-up/booked-by-letter', state: 'succeeded', tell: (coffer) => resolved(coffer, 1_400, true) },
  { name: 'late-bank-news/contradicted', state: 'succeeded', tell: contradicted },
  { name: 'bulk-decision/retried', state: 'completed', tell: retriedInBulk }
]
