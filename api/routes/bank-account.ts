import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { mask } from '../../domain/personal.ts'
import { appendAudit } from '../../store/audit.ts'
import { findBankAccount, listBankAccounts, type BankAccount } from '../../store/bank-account.ts'
import { findPersonal, findPersonalValue } from '../../store/personal.ts'
import { BankAccountReply } from '../bank-account-schemas.ts'
import { CustomerListQuery, listedCustomer, pageOfFew } from '../customer-list.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'

const readers = {
  callers: { customer: 'own', service: 'any', support: 'any', finance: 'any' },
  scope: 'bank-accounts:read'
} as const

/** Accounts at banks that customers have linked. Nobody is shown a whole IBAN. */
export const bankAccountRoutes = (deps: ApiDeps): Route[] => [listAccounts(deps), readAccount(deps)]

const listAccounts = ({ db, vault }: ApiDeps): Route =>
  route.get(
    '/bank-accounts',
    {
      summary: 'List a customer’s bank accounts',
      query: CustomerListQuery,
      reply: listOf(BankAccountReply),
      ...readers
    },
    async ({ query, caller, ownOnly, requestId }) => {
      const customerId = listedCustomer(ownOnly(), query.customer_id)
      const page = pageOfFew(await listBankAccounts(db, customerId), query)
      const ibans = (await findPersonal(db, vault, customerId)).filter(({ kind }) => kind === 'iban')
      if (caller.kind === 'operator')
        await appendAudit(db, { actor: caller.operatorId, action: 'bank_account.read', object: customerId, requestId })
      const ibanOf = (account: BankAccount) => ibans.find(({ reference }) => reference === account.id)?.value
      return { ...page, data: page.data.map((account) => toReply(account, ibanOf(account))) }
    }
  )

const readAccount = ({ db, vault }: ApiDeps): Route =>
  route.get(
    '/bank-accounts/{id}',
    { summary: 'Read a bank account', params: z.strictObject({ id: id('ban') }), reply: BankAccountReply, ...readers },
    async ({ params, caller, mustOwn, requestId }) => {
      const account = await findBankAccount(db, params.id)
      if (!account) throw new Refusal('not_found')
      mustOwn(account)
      const where = { ownerId: account.customerId, kind: 'iban', reference: account.id } as const
      if (caller.kind === 'operator')
        await appendAudit(db, { actor: caller.operatorId, action: 'bank_account.read', object: account.id, requestId })
      return toReply(account, await findPersonalValue(db, vault, where))
    }
  )

const toReply = (
  { id, customerId, bank, state, linkedAt }: BankAccount,
  iban: string | undefined
): z.input<typeof BankAccountReply> => ({
  id,
  object: 'bank_account',
  customer_id: customerId,
  bank,
  state,
  iban: iban === undefined ? null : mask('iban', iban),
  linked_at: instant(linkedAt)
})
