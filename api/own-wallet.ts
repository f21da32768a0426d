import { Refusal } from '../domain/errors.ts'
import { findWallet, type Wallet } from '../store/wallet.ts'
import type { Owner } from './caller.ts'
import type { ApiDeps } from './deps.ts'

/** The wallet that a body names. @throws {Refusal} `not_found` for what is not there, or someone else's */
export async function ownWallet(db: ApiDeps['db'], id: string, mustOwn: (owner: Owner) => void): Promise<Wallet> {
  const wallet = await findWallet(db, id)
  if (wallet) mustOwn(wallet)
  if (!wallet) throw new Refusal('not_found', { pointer: '/wallet_id' })
  return wallet
}
