import { randomUUID } from 'node:crypto'
import { account } from '../../domain/account-kinds.ts'
import { currency } from '../../domain/currencies.ts'
import { PostingQueue } from '../../ledger/posting-queue.ts'
import type { Answered } from './client.ts'
import type { Coffer } from './coffer.ts'
import { usd } from './top-ups.ts'
import { untilTold } from './until-told.ts'

const USD = currency('USD')

/** The merchant gives a payment back; without an amount (US cents) all that is left of it. */
export const refund = (
  { merchant }: Coffer,
  paymentId: string,
  amount?: number,
  more: object = {},
  key?: string
): Promise<Answered> =>
  merchant.post(
    '/v1/refunds',
    { payment_id: paymentId, ...(amount !== undefined && { amount: usd(amount) }), ...more },
    key
  )

export const readRefund = ({ service }: Coffer, id: string): Promise<Answered> => service.get(`/v1/refunds/${id}`)

/** The refund once it is over. */
export const refunded = ({ service }: Coffer, id: string): Promise<Answered> =>
  service.until(`/v1/refunds/${id}`, ({ state }) => state !== 'processing' && state !== 'pending')

/** Reads until the history has that type. */
export const untilRefund = ({ service }: Coffer, id: string, type: string): Promise<Answered> =>
  untilTold(service, `/v1/refunds/${id}`, type)

/** All that a merchant has leaves it, as if it had been paid out; the seeded one. */
export async function emptyMerchant(coffer: Coffer, merchantId = coffer.seeded.seed.merchant_id): Promise<void> {
  const row = await coffer.db
    .selectFrom('ledger_account')
    .select(['credits_posted', 'debits_posted'])
    .where('kind', '=', 'merchant_payable')
    .where('owner', '=', merchantId)
    .executeTakeFirst()
  const amount = row ? row.credits_posted - row.debits_posted : 0n
  if (amount === 0n) return
  const ledger = new PostingQueue({ pool: coffer.pool, writers: [] })
  const debit = account('merchant_payable', merchantId, USD)
  const credit = account('capital', '', USD)
  const postings = [{ op: 'post' as const, debit, credit, amount, code: 'test.paid_out' }]
  const { status } = await ledger.post({ key: `test:paid-out:${randomUUID()}`, fingerprint: 'paid out', postings })
  if (status !== 'posted') throw new Error(`the merchant was not paid out: ${status}`)
}
