import { randomUUID } from 'node:crypto'
import { account } from '../../domain/account-kinds.ts'
import { currency } from '../../domain/currencies.ts'
import { PostingQueue } from '../../ledger/posting-queue.ts'
import type { Coffer } from './coffer.ts'

const USD = currency('USD')

/** Puts money into the wallet straight out of the capital, where the way it came is not what is tested; minor units. */
export const fundFromCapital = (
  { pool, customer }: Pick<Coffer, 'pool' | 'customer'>,
  login: 'customer-a' | 'customer-b' | 'bench',
  amount: bigint
): Promise<void> => fundWallet({ pool }, customer(login).wallet_id, amount)

/** The same for any wallet. */
export async function fundWallet({ pool }: Pick<Coffer, 'pool'>, walletId: string, amount: bigint): Promise<void> {
  const ledger = new PostingQueue({ pool, writers: [] })
  const debit = account('capital', '', USD)
  const credit = account('wallet', walletId, USD)
  const postings = [{ op: 'post' as const, debit, credit, amount, code: 'test.fund' }]
  const { status } = await ledger.post({ key: `test:fund:${randomUUID()}`, fingerprint: 'fund', postings })
  if (status !== 'posted') throw new Error(`the wallet was not funded: ${status}`)
}
