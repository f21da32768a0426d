import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { isIban } from '../../domain/iban-check.ts'
import { bankOfIban } from '../../domain/iban.ts'
import { mask, normalise } from '../../domain/personal.ts'
import { appendAudit } from '../../store/audit.ts'
import { findMerchant, lockMerchant, type Merchant } from '../../store/merchant.ts'
import { changeSettlementAccount, findSettlementAccount } from '../../store/settlement-account.ts'
import type { ApiDeps } from '../deps.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { SettlementAccountReply, SettlementAccountRequest } from '../settlement-schemas.ts'

const params = z.strictObject({ id: id('mer') })

/** Where a merchant is paid. */
export const settlementAccountRoutes = (deps: ApiDeps): Route[] => [readRoute(deps), changeRoute(deps)]

const readRoute = ({ db, vault }: ApiDeps): Route =>
  route.get(
    '/merchants/{id}/settlement-account',
    {
      summary: 'Read where a merchant is paid',
      params,
      reply: SettlementAccountReply,
      callers: { merchant: 'own', service: 'any', support: 'any', finance: 'any' },
      scope: 'merchants:read'
    },
    async ({ params, mustOwn }) => {
      mustOwn({ merchantId: params.id })
      const merchant = await findMerchant(db, params.id)
      const reply = merchant && (await toReply({ db, vault }, merchant))
      if (!reply) throw new Refusal('not_found')
      return reply
    }
  )

const changeRoute = ({ vault }: ApiDeps): Route =>
  route.post(
    '/merchants/{id}/settlement-account',
    {
      summary: 'Give another account to be paid to',
      description:
        'Its bank is asked whether it is held under the merchant’s legal name before anything is sent to it. What is on its ' +
        'way to the old one stays so.',
      params,
      body: SettlementAccountRequest,
      reply: SettlementAccountReply,
      status: 200,
      callers: { merchant: 'own', service: 'any' },
      scope: 'merchants:write',
      idempotency: 'stored',
      errors: ['iban_invalid', 'bank_not_supported', 'state_conflict']
    },
    async ({ params, body, transaction, principal, requestId, mustOwn }) => {
      mustOwn({ merchantId: params.id })
      const iban = normalise('iban', body.iban)
      if (!isIban(iban)) throw new Refusal('iban_invalid')
      if (bankOfIban(iban) === undefined) throw new Refusal('bank_not_supported')
      const merchant = await lockMerchant(transaction, params.id)
      if (!merchant) throw new Refusal('not_found')
      // Before it is approved the account is part of its application, which has it confirmed.
      if (merchant.state === 'pending' || merchant.state === 'closed')
        throw new Refusal('state_conflict', { state: merchant.state })
      await changeSettlementAccount(transaction, vault, { merchantId: merchant.id, iban, changedBy: principal })
      const entry = { actor: principal, action: 'merchant.settlement_account_changed', object: merchant.id, requestId }
      await appendAudit(transaction, entry)
      return (await toReply({ db: transaction, vault }, merchant))!
    }
  )

async function toReply(
  { db, vault }: Pick<ApiDeps, 'db' | 'vault'>,
  merchant: Merchant
): Promise<z.input<typeof SettlementAccountReply> | undefined> {
  const account = await findSettlementAccount(db, vault, merchant)
  return (
    account && {
      object: 'settlement_account',
      merchant_id: merchant.id,
      iban: mask('iban', account.iban),
      bank: account.bank,
      state: account.state,
      reason: account.reason
    }
  )
}
