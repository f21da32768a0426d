import { z } from 'zod'
import { inTransaction } from '../../db/in-transaction.ts'
import { Refusal } from '../../domain/errors.ts'
import { sourceRefusal } from '../../domain/funding.ts'
import { toWire } from '../../domain/money.ts'
import { appendAudit } from '../../store/audit.ts'
import {
  deleteAutomaticTopUp,
  findAutomaticTopUp,
  putAutomaticTopUp,
  type AutomaticTopUpStanding
} from '../../store/automatic-top-up.ts'
import { findWallet } from '../../store/wallet.ts'
import { AutomaticTopUpReply, AutomaticTopUpRequest } from '../automatic-top-up-schemas.ts'
import { bankOrderOf } from '../bank-order.ts'
import { mustNotCool } from '../cool-down.ts'
import type { ApiDeps } from '../deps.ts'
import { mustEnterPin } from '../enter-pin.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

const params = z.strictObject({ id: id('wal') })
const path = '/wallets/{id}/automatic-top-up'

/** "Below so much add so much": the one thing that takes money from a bank without being asked each time. */
export const automaticTopUpRoutes = (deps: ApiDeps): Route[] => [setRule(deps), readRule(deps), removeRule(deps)]

const setRule = (deps: ApiDeps): Route => {
  const { db, policy } = deps
  return route.put(
    path,
    {
      summary: 'Have a wallet topped up by itself',
      description:
        'When what is available is below the one amount, the other one is pulled from the bank account, once in 24 hours, ' +
        'as any top-up is. Takes the PIN. What was set before is replaced.',
      params,
      body: AutomaticTopUpRequest,
      reply: AutomaticTopUpReply,
      callers: { customer: 'own' },
      errors: ['currency_mismatch', 'state_conflict', 'confirmation_failed', 'pin_locked', 'cooling_down']
    },
    async ({ params: { id: wallet_id }, body, caller, mustOwn, principal, requestId }) => {
      const { bank_account_id, below, add, pin } = body
      const wanted = { wallet_id, bank_account_id, amount: add, metadata: {} }
      const { order, customerId } = await bankOrderOf(db, wanted, mustOwn)
      if (below.currency !== add.currency) throw new Refusal('currency_mismatch')
      const wallet = (await findWallet(db, order.wallet_id))!
      if (wallet.state === 'closed') throw new Refusal('state_conflict', { state: wallet.state })
      await mustNotCool(db, caller.customerId)
      await mustEnterPin(deps, caller.customerId, pin)
      const bankAccountId = body.bank_account_id
      const amounts = { below: below.amount, add: add.amount, currency: add.currency }
      const rule = { walletId: wallet.id, customerId, bankAccountId, ...amounts }
      const data = { below: toWire(below), add: toWire(add), bank_account_id }
      await inTransaction(db, async (transaction) => {
        await putAutomaticTopUp(transaction, rule)
        const entry = { actor: principal, action: 'automatic_top_up.set', object: wallet.id, requestId, data }
        await appendAudit(transaction, entry)
      })
      return toReply((await findAutomaticTopUp(db, wallet.id, policy))!)
    }
  )
}

const readRule = ({ db, policy }: ApiDeps): Route =>
  route.get(
    path,
    {
      summary: 'Read a wallet’s automatic top-up',
      params,
      reply: AutomaticTopUpReply,
      callers: { customer: 'own', support: 'any', finance: 'any' },
      scope: 'wallets:read'
    },
    async ({ params, mustOwn }) => {
      mustOwn((await findWallet(db, params.id)) ?? {})
      const rule = await findAutomaticTopUp(db, params.id, policy)
      if (!rule) throw new Refusal('not_found')
      return toReply(rule)
    }
  )

const removeRule = ({ db }: ApiDeps): Route =>
  route.delete(
    path,
    {
      summary: 'Have a wallet no longer topped up by itself',
      description: 'A top-up that is on its way goes its way.',
      params,
      callers: { customer: 'own' }
    },
    async ({ params, mustOwn, principal, requestId }) => {
      mustOwn((await findWallet(db, params.id)) ?? {})
      await inTransaction(db, async (transaction) => {
        if (!(await deleteAutomaticTopUp(transaction, params.id))) throw new Refusal('not_found')
        const entry = { actor: principal, action: 'automatic_top_up.removed', object: params.id, requestId }
        await appendAudit(transaction, entry)
      })
    }
  )

const toReply = (rule: AutomaticTopUpStanding): z.input<typeof AutomaticTopUpReply> => {
  const { currency } = rule
  const reason = sourceRefusal(rule.source) ?? (rule.suspended ? 'declined' : undefined)
  return {
    object: 'automatic_top_up',
    wallet_id: rule.walletId,
    state: reason === undefined ? 'active' : 'suspended',
    ...(reason !== undefined && { reason }),
    below: toWire({ amount: rule.below, currency }),
    add: toWire({ amount: rule.add, currency }),
    bank_account_id: rule.bankAccountId,
    set_at: instant(rule.setAt),
    last_top_up_id: rule.lastId,
    last_at: rule.lastAt && instant(rule.lastAt)
  }
}
