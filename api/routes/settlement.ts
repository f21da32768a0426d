import { currency } from '../../domain/currencies.ts'
import { Refusal } from '../../domain/errors.ts'
import type { SettlementOrder } from '../../domain/orders.ts'
import { settlementPolicy } from '../../domain/policy/index.ts'
import { cutOff, settlementDayAt } from '../../domain/settlement-cut.ts'
import { isSuspended } from '../../store/kill-switches.ts'
import { findMerchant, type Merchant } from '../../store/merchant.ts'
import { readBusinessNow } from '../../store/process.ts'
import { findSettlementAccount } from '../../store/settlement-account.ts'
import { readSettlementFacts } from '../../store/settlement-facts.ts'
import { findSettlement } from '../../store/settlement.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import type { ApiDeps } from '../deps.ts'
import { notYet } from '../payment-schemas.ts'
import { route, type Route } from '../route.ts'
import { SettlementReply, SettlementRequest } from '../settlement-schemas.ts'
import { stuckRoutes } from '../stuck-routes.ts'
import { createSubmit, type Submit } from '../submit.ts'

/** What a merchant has earned, to their bank account: daily by itself, or when somebody asks for it. */
export const settlementRoutes = (deps: ApiDeps): Route[] => {
  const submit = createSubmit(deps)
  const stuck = {
    type: 'settlement',
    prefix: 'set',
    words: 'a stuck settlement',
    effect: 'the merchant has the money again, and it is due',
    reply: SettlementReply,
    resolvable: true,
    find: (id: string) => findSettlement(deps.db, id)
  } as const
  return [settleRoute(deps, submit), ...stuckRoutes(deps, submit, stuck)]
}

const settleRoute = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/settlements',
    {
      summary: 'Settle a merchant now',
      description:
        'What is due by the last cut-off and in no settlement yet, less what the merchant owes and the reserve. Answers ' +
        '`processing` before the bank is asked: poll, or listen for the event.',
      body: SettlementRequest,
      reply: SettlementReply,
      status: 201,
      otherReplies: notYet,
      callers: { merchant: 'own', finance: 'any' },
      scope: 'settlements:write',
      idempotency: 'process',
      errors: [
        ...(['nothing_to_settle', 'settlement_account_required', 'settlement_held', 'rail_suspended'] as const),
        ...(['currency_mismatch', 'idempotency_key_reused', 'service_unavailable'] as const)
      ]
    },
    async (call) => {
      const { merchant_id, currency: asked } = call.body
      call.mustOwn({ merchantId: merchant_id })
      const merchant = await findMerchant(deps.db, merchant_id)
      if (!merchant) throw new Refusal('not_found', { pointer: '/merchant_id' })
      if (asked !== undefined && asked !== merchant.currency) throw new Refusal('currency_mismatch')
      return submit.startAllowed(call, { type: 'settlement', id: call.newId('set') }, async () => {
        const order = await orderNow(deps, merchant)
        return {
          order,
          policy: settlementPolicy(deps.policy),
          summary: `settlement on demand through bank ${order.bank}`,
          searchAttributes: [{ key: searchAttributes.rail, value: `bank_${order.bank}` }]
        }
      })
    }
  )

/** @throws {Refusal} `settlement_held`, `settlement_account_required`, `rail_suspended`, `nothing_to_settle` */
async function orderNow({ db, vault, policy }: ApiDeps, merchant: Merchant): Promise<SettlementOrder> {
  const { date, cutOff: until } = settlementDayAt(await readBusinessNow(db), policy)
  const account = await findSettlementAccount(db, vault, merchant)
  const { id: merchantId, currency: code } = merchant
  if (merchant.state !== 'active') throw new Refusal('settlement_held', { state: merchant.state })
  if (!account || account.state === 'refused') throw new Refusal('settlement_account_required')
  const { bank, version } = account
  if (await isSuspended(db, 'settlement', `bank_${bank}`)) throw new Refusal('rail_suspended')
  const facts = await readSettlementFacts(db, { merchantId, currency: currency(code) }, until)
  if (!cutOff(facts, settlementPolicy(policy))) throw new Refusal('nothing_to_settle')
  return {
    merchant_id: merchantId,
    currency: code,
    trigger: 'on_demand',
    business_date: date,
    cut_off: until.toISOString(),
    bank,
    account_version: version
  }
}
