import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { withdrawalPolicy } from '../../domain/policy/index.ts'
import { findWithdrawal, type Withdrawal } from '../../store/withdrawal.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import { bankOrderOf } from '../bank-order.ts'
import { roleOf } from '../caller.ts'
import { confirmedBy, mustConfirm } from '../confirm-by.ts'
import type { ApiDeps } from '../deps.ts'
import { dryRunWithdrawal } from '../dry-run-withdrawal.ts'
import { ConfirmRequest, notYet } from '../payment-schemas.ts'
import { withRisk } from '../risk-view.ts'
import { answer, route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { stuckRoutes } from '../stuck-routes.ts'
import { createSubmit, type Submit } from '../submit.ts'
import { WithdrawalReply, WithdrawalRequest } from '../withdrawal-schemas.ts'

const params = z.strictObject({ id: id('wdr') })

/** Money from a wallet to a linked bank account. */
export const withdrawalRoutes = (deps: ApiDeps): Route[] => {
  const submit = createSubmit(deps)
  const stuck = {
    type: 'withdrawal',
    prefix: 'wdr',
    words: 'a stuck withdrawal',
    effect: 'the money is the customer’s again',
    reply: WithdrawalReply,
    resolvable: true,
    find: (id: string) => findWithdrawal(deps.db, id)
  } as const
  const own = [orderRoute, readRoute, confirmRoute, cancelRoute].map((declare) => declare(deps, submit))
  return [...own, ...stuckRoutes(deps, submit, stuck)]
}

const orderRoute = ({ db, policy }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/withdrawals',
    {
      summary: 'Send money from a wallet to a linked bank account',
      description:
        'Holds the money and answers `processing`, before the bank is asked: poll, or listen for the event; or ' +
        '`requires_action`, and then nothing is held until the customer confirms. Declines answer 201 too. With ' +
        '`dry_run` nothing is stored, and no bank is asked.',
      body: WithdrawalRequest,
      reply: WithdrawalReply,
      status: 201,
      otherReplies: { ...notYet, 200: { description: 'dry_run: what would happen', schema: WithdrawalReply } },
      callers: { customer: 'own', service: 'any' },
      scope: 'withdrawals:write',
      idempotency: 'process',
      errors: ['currency_mismatch', 'idempotency_key_reused', 'service_unavailable']
    },
    async (call) => {
      const { order, customerId } = await bankOrderOf(db, call.body, call.mustOwn)
      if (call.body.dry_run) return answer(200, await dryRunWithdrawal(db, order, withdrawalPolicy(policy)))
      return submit.start(call, {
        type: 'withdrawal',
        id: call.newId('wdr'),
        order,
        policy: withdrawalPolicy(policy),
        summary: `withdrawal of ${order.amount.amount} ${order.amount.currency} minor units through bank ${order.bank}`,
        searchAttributes: [
          { key: searchAttributes.customerRef, value: customerId },
          { key: searchAttributes.rail, value: `bank_${order.bank}` }
        ]
      })
    }
  )

const readRoute = ({ db }: ApiDeps, submit: Submit): Route =>
  route.get(
    '/withdrawals/{id}',
    {
      summary: 'Read a withdrawal',
      params,
      reply: WithdrawalReply,
      callers: { customer: 'own', service: 'any', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'withdrawals:read'
    },
    async (call) => {
      const withdrawal = await findWithdrawal(db, call.params.id)
      call.mustOwn(withdrawal ?? {})
      return withRisk(await submit.read(call, call.params.id), call.caller, withdrawal)
    }
  )

/** The customer says yes, with the PIN, in their own session. */
const confirmRoute = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/withdrawals/{id}/confirm',
    {
      summary: 'Confirm a withdrawal that requires action, with the PIN or a code of the authenticator',
      description:
        'Only the customer’s own session confirms; it is bound to amount and bank account, which never change.',
      params,
      body: ConfirmRequest,
      reply: WithdrawalReply,
      status: 200,
      otherReplies: notYet,
      callers: { customer: 'own' },
      idempotency: 'process',
      errors: ['confirmation_failed', 'pin_locked', 'second_factor_locked', 'confirmation_expired', 'state_conflict']
    },
    async (call) => {
      const withdrawal = await owned(deps, call)
      if (withdrawal.state === 'requires_action') await mustConfirm(deps, withdrawal, call)
      const { amount, currency, bankAccountId } = withdrawal
      const data = { by: confirmedBy(call.body), amount: amount.toString(), currency, bank_account_id: bankAccountId }
      return submit.decide(call, { ...about(withdrawal), action: 'confirm', data, role: 'customer' })
    }
  )

const cancelRoute = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/withdrawals/{id}/cancel',
    {
      summary: 'Take back a withdrawal that was not confirmed or reviewed yet',
      params,
      reply: WithdrawalReply,
      status: 200,
      otherReplies: notYet,
      callers: { customer: 'own', service: 'any' },
      scope: 'withdrawals:write',
      idempotency: 'process',
      errors: ['state_conflict']
    },
    async (call) => {
      const withdrawal = await owned(deps, call)
      return submit.decide(call, { ...about(withdrawal), action: 'cancel', data: {}, role: roleOf(call.caller) })
    }
  )

/** The withdrawal, for a caller whose it is. @throws {Refusal} `not_found` */
async function owned(
  { db }: Pick<ApiDeps, 'db'>,
  { params, mustOwn }: { params: { id: string }; mustOwn: (owner: { customerId: string }) => void }
): Promise<Withdrawal> {
  const withdrawal = await findWithdrawal(db, params.id)
  if (!withdrawal) throw new Refusal('not_found')
  mustOwn(withdrawal)
  return withdrawal
}

const about = ({ id }: Withdrawal) => ({ type: 'withdrawal', processId: id })
