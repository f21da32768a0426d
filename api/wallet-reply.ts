import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Database } from '../db/schema.ts'
import { account } from '../domain/account-kinds.ts'
import { toWire } from '../domain/money.ts'
import { readBalance } from '../ledger/balances.ts'
import { readWalletDebts } from '../store/debts.ts'
import type { Wallet } from '../store/wallet.ts'
import { instant } from './schemas.ts'
import type { WalletReply } from './wallet-schemas.ts'

/** The ledger account that a wallet's money is on. */
export const accountOf = ({ id, currency }: Wallet) => account('wallet', id, currency)

/** A wallet as callers see it, with what the books say. */
export async function withBalance(db: Kysely<Database>, wallet: Wallet): Promise<z.input<typeof WalletReply>> {
  const { id, customerId, currency, state, frozenBy, owes, createdAt } = wallet
  const { posted, pending, available } = await readBalance(db, accountOf(wallet))
  const debts = owes ? await debtsOf(db, id) : []
  return {
    id,
    object: 'wallet',
    customer_id: customerId,
    currency,
    state: state === 'active' && owes ? 'frozen' : state,
    ...((frozenBy ?? owes) && {
      frozen_by: [...(frozenBy ? [frozenBy] : []), ...debts]
    }),
    posted: toWire({ amount: posted, currency }),
    pending: toWire({ amount: pending, currency }),
    available: toWire({ amount: available, currency }),
    created_at: instant(createdAt)
  }
}

/** What the owner of a wallet owes for. */
async function debtsOf(db: Kysely<Database>, walletId: string): Promise<('bank_return' | 'dispute')[]> {
  const { open } = await readWalletDebts(db, walletId)
  return [...new Set(open.map((debt) => ('paymentId' in debt ? 'dispute' : 'bank_return')))]
}
