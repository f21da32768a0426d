import { currency } from '../domain/currencies.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { idOf } from '../domain/ids.ts'
import { cutOff, type SettlementCut } from '../domain/settlement-cut.ts'
import { isSuspended } from '../store/kill-switches.ts'
import { findMerchant } from '../store/merchant.ts'
import { findSettlementAccount } from '../store/settlement-account.ts'
import { readSettlementFacts, type SettlementFacts } from '../store/settlement-facts.ts'
import type { Settlement } from '../store/settlement.ts'
import type { ActivityDeps } from './deps.ts'
import type { SettlementStart } from './settlement-progress.ts'

/** What a settlement would collect now, or why it collects nothing. */
export type Collection =
  | { readonly kind: 'collect'; readonly settlement: Settlement; readonly facts: SettlementFacts }
  | { readonly kind: 'refuse'; readonly settlement: Settlement; readonly code: ProblemCode }

/** Reads without a lock; what must not change until it is posted, the unit's guards and floors see to. */
export async function readCollection(
  { db, vault }: Pick<ActivityDeps, 'db' | 'vault'>,
  start: SettlementStart
): Promise<Collection> {
  const { order, policy } = start
  const merchant = (await findMerchant(db, order.merchant_id))!
  const parties = { merchantId: merchant.id, currency: currency(order.currency) }
  const facts = await readSettlementFacts(db, parties, new Date(order.cut_off))
  const refuse = (code: ProblemCode): Collection => ({ kind: 'refuse', code, settlement: nothing(start, facts) })
  if (merchant.state !== 'active') return refuse('settlement_held')
  if (await isSuspended(db, 'settlement', `bank_${order.bank}`)) return refuse('rail_suspended')
  const account = await findSettlementAccount(db, vault, merchant)
  // One that was changed since it was ordered: who ordered it has to look again.
  if (!account || account.state === 'refused' || account.version !== order.account_version)
    return refuse('settlement_account_required')
  const cut = cutOff(facts, policy)
  if (!cut) return refuse('nothing_to_settle')
  return { kind: 'collect', facts, settlement: collected(start, facts, cut) }
}

function collected(start: SettlementStart, facts: SettlementFacts, cut: SettlementCut): Settlement {
  const { reserve, ...parts } = cut
  const heldMs = start.policy.settlement.reserve.held_ms
  return {
    ...nothing(start, facts),
    ...parts,
    number: facts.turn.seen + 1n,
    entries: facts.entries,
    lines: facts.lines,
    openFrom: facts.openFrom,
    carriedIn: facts.carriedIn,
    reserve,
    reserveReleaseAt: reserve > 0n ? new Date(facts.now.getTime() + heldMs) : null
  }
}

/** As it was ordered, with nothing in it. */
const nothing = ({ id, order }: SettlementStart, { now, currency }: SettlementFacts): Settlement => ({
  id: idOf('set', id),
  state: 'collecting',
  version: 0,
  merchantId: idOf('mer', order.merchant_id),
  currency,
  number: null,
  trigger: order.trigger,
  businessDate: order.business_date,
  cutOff: new Date(order.cut_off),
  bank: order.bank,
  accountVersion: order.account_version,
  entries: '{}',
  lines: [],
  openFrom: 0n,
  due: 0n,
  carriedIn: 0n,
  carriedOut: 0n,
  holdback: 0n,
  reserve: 0n,
  amount: 0n,
  reserveReleaseAt: null,
  reserveReleasedAt: null,
  declineCode: null,
  bankReference: null,
  sentAt: null,
  returned: 0n,
  createdAt: now
})
