import { z } from 'zod'
import { account } from '../../domain/account-kinds.ts'
import { Refusal } from '../../domain/errors.ts'
import { toWire } from '../../domain/money.ts'
import { settlementDayAt } from '../../domain/settlement-cut.ts'
import { readBalance } from '../../ledger/balances.ts'
import { findMerchant } from '../../store/merchant.ts'
import { readBusinessNow } from '../../store/process.ts'
import { readSettlementFacts } from '../../store/settlement-facts.ts'
import { readOnItsWay } from '../../store/settlement-list.ts'
import type { ApiDeps } from '../deps.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { MerchantBalanceReply } from '../settlement-schemas.ts'

/** What a merchant has with us. */
export const merchantBalanceRoutes = ({ db, policy }: ApiDeps): Route[] => [
  route.get(
    '/merchants/{id}/balance',
    {
      summary: 'Read what a merchant has earned, and what is due',
      params: z.strictObject({ id: id('mer') }),
      reply: MerchantBalanceReply,
      callers: { merchant: 'own', service: 'any', support: 'any', finance: 'any' },
      scope: 'merchants:read'
    },
    async ({ params, mustOwn }) => {
      mustOwn({ merchantId: params.id })
      const merchant = await findMerchant(db, params.id)
      if (!merchant) throw new Refusal('not_found')
      const { id: merchantId, currency } = merchant
      const { cutOff } = settlementDayAt(await readBusinessNow(db), policy)
      const [facts, payable, reserve, onItsWay] = await Promise.all([
        readSettlementFacts(db, { merchantId, currency }, cutOff),
        readBalance(db, account('merchant_payable', merchantId, currency)),
        readBalance(db, account('merchant_reserve', merchantId, currency)),
        readOnItsWay(db, merchantId, currency)
      ])
      const whole = facts.lines.reduce((sum, { amount }) => sum + amount, facts.carriedIn)
      const due = whole < payable.available ? whole : payable.available
      const money = (amount: bigint) => toWire({ amount, currency })
      return {
        object: 'merchant_balance' as const,
        merchant_id: merchantId,
        payable: money(payable.posted),
        available: money(payable.available),
        due: money(due > 0n ? due : 0n),
        cut_off: instant(cutOff),
        reserve: money(reserve.posted),
        owed: money(facts.owed),
        in_settlement: money(onItsWay)
      }
    }
  )
]
