import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { appendAudit } from '../../store/audit.ts'
import { liftSuspension, lockBankAccount, suspendBankAccount, type BankAccount } from '../../store/bank-account.ts'
import { addNotice } from '../../store/notices.ts'
import { findPersonalValue, unproveIban } from '../../store/personal.ts'
import { toBankAccountReply } from '../bank-account-reply.ts'
import { BankAccountReply, ResumeAccountRequest, SuspendAccountRequest } from '../bank-account-schemas.ts'
import type { ApiDeps } from '../deps.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'

const shared = {
  params: z.strictObject({ id: id('ban') }),
  reply: BankAccountReply,
  status: 200,
  scope: 'bank-accounts:suspend',
  idempotency: 'stored',
  errors: ['state_conflict']
} as const

/** Linked bank accounts that are not used for now: at one call by who suspects something, back only by finance. */
export const bankAccountSuspensionRoutes = (deps: ApiDeps): Route[] => [suspend(deps), resume(deps)]

const suspend = ({ vault }: ApiDeps): Route =>
  route.post(
    '/bank-accounts/{id}/suspend',
    {
      ...shared,
      summary: 'Suspend a linked bank account, at once',
      description:
        'Nothing more is taken from it or paid to it; what was sent before goes its way. The customer is told, reads the ' +
        'code, and may unlink it, but not link it anew before it is resumed. A bank’s return suspends by itself.',
      body: SuspendAccountRequest,
      callers: { support: 'any', finance: 'any' }
    },
    async ({ params, body: { code, reason }, transaction, principal, requestId }) => {
      const account = await locked(transaction, params.id)
      if (account.state !== 'linked') throw new Refusal('state_conflict', { state: account.state })
      const suspended = await suspendBankAccount(transaction, account.id, code)
      await addNotice(
        transaction,
        account.customerId,
        'bank_account_suspended',
        account.id,
        `${account.id}:${requestId}`
      )
      const entry = { actor: principal, action: 'bank_account.suspend', object: account.id, requestId }
      await appendAudit(transaction, { ...entry, data: { code, reason } })
      return shown({ vault }, transaction, suspended)
    }
  )

const resume = ({ vault }: ApiDeps): Route =>
  route.post(
    '/bank-accounts/{id}/resume',
    {
      ...shared,
      summary: 'Lift the suspension of a bank account',
      description:
        'What a bank’s return has suspended takes proof that the account may be used. One that was unlinked meanwhile stays ' +
        'so, and may be linked anew.',
      body: ResumeAccountRequest,
      callers: { finance: 'any' }
    },
    async ({ params, body: { reason, proof }, transaction, principal, requestId }) => {
      const account = await locked(transaction, params.id)
      const { suspension } = account
      if (!suspension) throw new Refusal('state_conflict', { state: account.state })
      if (suspension.by === 'bank' && proof === undefined) throw unproved()
      const lifted = await liftSuspension(transaction, account.id)
      if (lifted.state === 'unlinked') await unproveIban(transaction, account.customerId, account.id)
      else
        await addNotice(
          transaction,
          account.customerId,
          'bank_account_resumed',
          account.id,
          `${account.id}:${requestId}`
        )
      const entry = { actor: principal, action: 'bank_account.resume', object: account.id, requestId }
      const data = { by: suspension.by, code: suspension.code, reason, ...(proof !== undefined && { proof }) }
      await appendAudit(transaction, { ...entry, data })
      return shown({ vault }, transaction, lifted)
    }
  )

/** @throws {Refusal} `not_found` */
async function locked(transaction: ApiDeps['db'], accountId: string): Promise<BankAccount> {
  const account = await lockBankAccount(transaction, accountId, 'update')
  if (!account) throw new Refusal('not_found')
  return account
}

async function shown({ vault }: Pick<ApiDeps, 'vault'>, transaction: ApiDeps['db'], account: BankAccount) {
  const where = { ownerId: account.customerId, kind: 'iban', reference: account.id } as const
  return toBankAccountReply({}, account, await findPersonalValue(transaction, vault, where))
}

const unproved = () =>
  new Refusal('invalid_request', {
    errors: [{ pointer: '/proof', message: 'a bank has suspended it: where is it shown that it may be used?' }]
  })
