import { waitUntil } from '../../local/wait-until.ts'
import { payByCard } from './card-payments.ts'
import type { Answered } from './client.ts'
import type { Coffer } from './coffer.ts'
import { idOf } from './top-ups.ts'

/** A policy by which nobody has to confirm what is asked of them by card. */
export const unasked = { step_up: { cumulative_usd: '10000000', payments_since: 1_000, median_factor: 1_000 } }

/** By card, as many US cents; the payment's id, once the merchant is paid. */
export async function paidByCard(coffer: Coffer, card: string, amount: number): Promise<string> {
  const id = idOf(await payByCard(coffer, card, amount))
  await coffer.service.until(`/v1/payments/${id}`, ({ state }) => state === 'succeeded')
  return id
}

/** The card's holder has it taken back, all that is left of it unless `more` says otherwise; the acquirer's name of it. */
export async function chargeBack(
  { sandbox }: Coffer,
  reference: string,
  more: { amount?: string; reason?: string; previous?: string; reports?: number } = {}
): Promise<string> {
  const response = await sandbox.admin('POST', '/chargebacks', { reference, reason: 'fraud', ...more })
  const answered = await response.text()
  if (response.status !== 201) throw new Error(`not charged back: ${answered}`)
  return (JSON.parse(answered) as { id: string }).id
}

/** The card's issuer has looked at what the merchant shows: as soon as the acquirer has it. */
export async function issuerDecides({ sandbox }: Coffer, chargeback: string, outcome: 'won' | 'lost'): Promise<void> {
  const decided = () => decideNow(sandbox, chargeback, outcome)
  await waitUntil(async () => (await decided()) === 200, {
    limitMs: 30_000,
    otherwise: 'the acquirer never had what the merchant shows'
  })
}

/** The status of the acquirer's answer. */
export const decideNow = async (
  sandbox: Coffer['sandbox'],
  chargeback: string,
  outcome: 'won' | 'lost'
): Promise<number> => (await sandbox.admin('POST', `/chargebacks/${chargeback}/decide`, { outcome })).status

/** The dispute of a chargeback, once it is there. */
export async function disputeOf({ service }: Coffer, payment: string, chargeback: string): Promise<Answered> {
  const of = (body: Record<string, unknown>) =>
    (body['data'] as { id: string; chargeback_id?: string }[]).find((each) => each.chargeback_id === chargeback)
  const { body } = await service.until(`/v1/disputes?payment_id=${payment}`, (list) => of(list) !== undefined)
  return service.get(`/v1/disputes/${of(body)!.id}`)
}
