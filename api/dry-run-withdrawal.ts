import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { toWire } from '../domain/money.ts'
import type { WithdrawalOrder } from '../domain/orders.ts'
import type { WithdrawalPolicy } from '../domain/policy/index.ts'
import { decideWithdrawal, withdrawalFee } from '../domain/withdrawal-acceptance.ts'
import { readWithdrawalFacts } from '../store/withdrawal-facts.ts'

/** What would happen now, by the rules that the workflow's activity uses; nothing is stored, and no bank is asked. */
export async function dryRunWithdrawal(db: Kysely<Database>, order: WithdrawalOrder, policy: WithdrawalPolicy) {
  const { wallet_id, bank_account_id, metadata } = order
  const facts = await readWithdrawalFacts(db, { id: '', walletId: wallet_id, bankAccountId: bank_account_id }, policy)
  const { currency } = facts
  const amount = BigInt(order.amount.amount)
  const decision = decideWithdrawal({ ...facts, amount, confirmed: false, reviewed: false }, policy)
  const state = { decline: 'declined', review: 'in_review', confirm: 'requires_action', hold: 'processing' }[
    decision.kind
  ]
  return {
    id: null,
    object: 'withdrawal',
    state,
    ...(decision.kind === 'decline' && { decline_code: decision.code, ...told(decision.data) }),
    ...(decision.kind === 'confirm' && { confirmation_rules: decision.rules }),
    amount: order.amount,
    fee: toWire({ amount: withdrawalFee(amount, currency, policy), currency }),
    wallet_id,
    bank_account_id,
    metadata
  }
}

/** What was found by risk rules is not told. */
const told = ({ risk: _, ...data }: Readonly<Record<string, unknown>>) => data
