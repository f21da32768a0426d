import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { topUpFundingOf } from '../domain/funding.ts'
import type { TopUpOrder } from '../domain/orders.ts'
import type { TopUpPolicy } from '../domain/policy/index.ts'
import { decideAcceptance } from '../domain/top-up-acceptance.ts'
import { readTopUpFacts } from '../store/top-up-facts.ts'

/** What would happen now, by the rules that the workflow's activity uses; nothing is stored, and no bank is asked. */
export async function dryRunTopUp(db: Kysely<Database>, order: TopUpOrder, policy: TopUpPolicy) {
  const { wallet_id, amount, metadata } = order
  const funding = topUpFundingOf(order)
  const facts = await readTopUpFacts(db, { id: '', walletId: wallet_id, funding }, policy)
  const decision = decideAcceptance(
    { ...facts, amount: BigInt(amount.amount), automatic: false, reviewed: false },
    policy
  )
  return {
    id: null,
    object: 'top_up',
    state: { accept: 'processing', review: 'in_review', decline: 'declined' }[decision.kind],
    ...(decision.kind === 'decline' && {
      decline_code: decision.code,
      limit: decision.data['limit'] as string | undefined
    }),
    amount,
    wallet_id,
    [funding.type === 'card' ? 'card_id' : 'bank_account_id']: funding.id,
    metadata
  }
}
