import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { appendAudit } from '../../store/audit.ts'
import {
  findBankAccount,
  hasOpenOrders,
  listBankAccounts,
  lockBankAccount,
  unlinkBankAccount
} from '../../store/bank-account.ts'
import { findBankLink, listOpenBankLinks, toBankLinkView, type BankLink } from '../../store/bank-link.ts'
import { findPersonal, findPersonalValue, unproveIban } from '../../store/personal.ts'
import { toBankAccountReply } from '../bank-account-reply.ts'
import { BankAccountReply } from '../bank-account-schemas.ts'
import { CustomerListQuery, listedCustomer, pageOfFew } from '../customer-list.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf } from '../list.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'

type View = z.input<typeof BankAccountReply>

const params = z.strictObject({ id: id('ban') })
const readers = {
  callers: { customer: 'own', service: 'any', support: 'any', finance: 'any' },
  scope: 'bank-accounts:read'
} as const

/** Accounts at banks that customers have linked, or are linking. Nobody is shown a whole IBAN. */
export const bankAccountRoutes = (deps: ApiDeps): Route[] => [
  listAccounts(deps),
  readAccount(deps, createSubmit(deps)),
  unlinkAccount(deps)
]

const listAccounts = ({ db, vault, policy }: ApiDeps): Route =>
  route.get(
    '/bank-accounts',
    {
      summary: 'List a customer’s bank accounts',
      description: 'Those that are or were linked, then those that are being verified.',
      query: CustomerListQuery,
      reply: listOf(BankAccountReply),
      ...readers
    },
    async ({ query, caller, ownOnly, requestId }) => {
      const customerId = listedCustomer(ownOnly(), query.customer_id)
      // In this order, so that one that is linked in between is not missing from both.
      const open = await listOpenBankLinks(db, customerId)
      const accounts = await listBankAccounts(db, customerId)
      const links = open.filter((link) => !accounts.some(({ id: linked }) => linked === link.id))
      const ibans = await findPersonal(db, vault, customerId, ['iban'])
      if (caller.kind === 'operator')
        await appendAudit(db, { actor: caller.operatorId, action: 'bank_account.read', object: customerId, requestId })
      const ibanOf = (accountId: string) => ibans.find(({ reference }) => reference === accountId)?.value
      const underWay = (link: BankLink) => toBankLinkView(link, policy.bank_link)
      const views = [
        ...accounts.map((account) => toBankAccountReply({}, account, ibanOf(account.id))),
        ...links.map((link) => toBankAccountReply(underWay(link), undefined, ibanOf(link.id)))
      ]
      return pageOfFew(views, query)
    }
  )

const readAccount = ({ db, vault }: ApiDeps, submit: Submit): Route =>
  route.get(
    '/bank-accounts/{id}',
    {
      summary: 'Read a bank account',
      description: 'With its timeline, where it was linked by a process.',
      params,
      reply: BankAccountReply,
      ...readers
    },
    async (call) => {
      const [account, link] = [await findBankAccount(db, call.params.id), await findBankLink(db, call.params.id)]
      const known = account ?? link
      if (!known) throw new Refusal('not_found')
      call.mustOwn(known)
      const { caller, requestId } = call
      const where = { ownerId: known.customerId, kind: 'iban', reference: known.id } as const
      if (caller.kind === 'operator')
        await appendAudit(db, { actor: caller.operatorId, action: 'bank_account.read', object: known.id, requestId })
      const view = link ? ((await submit.read(call, link.id)).body as Partial<View>) : {}
      // It may have been linked since the account was looked for: what is said of both is of one moment.
      const linked = account ?? (view.state === 'linked' ? await findBankAccount(db, known.id) : undefined)
      return toBankAccountReply(view, linked, await findPersonalValue(db, vault, where))
    }
  )

const unlinkAccount = ({ vault }: ApiDeps): Route =>
  route.post(
    '/bank-accounts/{id}/unlink',
    {
      summary: 'Unlink a bank account',
      description:
        'Once nothing of it is in processing. What is ordered from it later is declined; it can be linked anew, unless it was ' +
        'suspended: then not before that is lifted.',
      params,
      reply: BankAccountReply,
      status: 200,
      callers: { customer: 'own', service: 'any' },
      scope: 'bank-accounts:write',
      idempotency: 'stored',
      errors: ['state_conflict']
    },
    async ({ params: { id: accountId }, mustOwn, principal, requestId, transaction }) => {
      // Before it is looked whether anything is in processing: what is sent to a bank looks at this row before.
      const account = await lockBankAccount(transaction, accountId, 'update')
      mustOwn(account ?? {})
      if (!account) throw new Refusal('not_found')
      if (account.state === 'unlinked' || (await hasOpenOrders(transaction, account.id)))
        throw new Refusal('state_conflict', { state: account.state })
      await unlinkBankAccount(transaction, account.id)
      // What is suspended stays proved, so that unlinking it is no way around that: nobody links it before it is lifted.
      if (!account.suspension) await unproveIban(transaction, account.customerId, account.id)
      await appendAudit(transaction, { actor: principal, action: 'bank_account.unlink', object: account.id, requestId })
      const where = { ownerId: account.customerId, kind: 'iban', reference: account.id } as const
      return toBankAccountReply(
        {},
        { ...account, state: 'unlinked' },
        await findPersonalValue(transaction, vault, where)
      )
    }
  )
