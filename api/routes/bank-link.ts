import { z } from 'zod'
import { inTransaction } from '../../db/in-transaction.ts'
import { Refusal } from '../../domain/errors.ts'
import { isIban } from '../../domain/iban-check.ts'
import { bankOfIban } from '../../domain/iban.ts'
import { sameDigits, type BankAccountId, type CustomerId } from '../../domain/ids.ts'
import { mask, normalise } from '../../domain/personal.ts'
import { bankLinkPolicy } from '../../domain/policy/index.ts'
import { findBankAccount } from '../../store/bank-account.ts'
import { findBankLink, type BankLink } from '../../store/bank-link.ts'
import { amountsIndex } from '../../store/micro-deposits.ts'
import { findCustomer } from '../../store/customers.ts'
import {
  findOwnersByValue,
  findPersonalValue,
  findProvedOwner,
  lockPersonal,
  putPersonal
} from '../../store/personal.ts'
import { findProcess } from '../../store/process.ts'
import { searchAttributes } from '../../temporal/search-attribute-keys.ts'
import { workflowIdOf } from '../../workflows/messages.ts'
import { auditOf } from '../audit-of.ts'
import { BankAccountReply, BankAccountRequest, VerifyRequest } from '../bank-account-schemas.ts'
import { mustNotCool } from '../cool-down.ts'
import { listedCustomer } from '../customer-list.ts'
import type { ApiDeps } from '../deps.ts'
import { notYet } from '../payment-schemas.ts'
import { answer, route, type Answer, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'

const params = z.strictObject({ id: id('ban') })
const decision = { params, reply: BankAccountReply, status: 200, otherReplies: notYet, idempotency: 'process' } as const
const errors = ['state_conflict', 'idempotency_key_reused', 'service_unavailable'] as const

/** How an account at a bank becomes a customer's. */
export function bankLinkRoutes(deps: ApiDeps): Route[] {
  const submit = createSubmit(deps)
  return [
    begin(deps, submit),
    confirmHolder(deps, submit),
    verify(deps, submit),
    cancel(deps, submit),
    retry(deps, submit)
  ]
}

const begin = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/bank-accounts',
    {
      summary: 'Link an account at a bank',
      description:
        'Answers `verifying`: the bank compares the account holder’s name with the customer’s, and then the account is ' +
        'shown to be theirs. Nothing can be done with it before it is `linked`.',
      body: BankAccountRequest,
      reply: BankAccountReply,
      status: 201,
      otherReplies: notYet,
      callers: { customer: 'own', service: 'any' },
      scope: 'bank-accounts:write',
      idempotency: 'process',
      errors: [
        ...errors,
        'iban_invalid',
        'bank_not_supported',
        'bank_account_unavailable',
        'kyc_required',
        'cooling_down'
      ]
    },
    async (call) => {
      const { iban: given, method } = call.body
      const customerId = listedCustomer(call.ownOnly(), call.body.customer_id, '/customer_id')
      const iban = normalise('iban', given)
      if (!isIban(iban)) throw new Refusal('iban_invalid')
      const bank = bankOfIban(iban)
      if (!bank) throw new Refusal('bank_not_supported')
      const linkId = call.newId('ban')
      const begun = await submit.startAllowed(call, { type: 'bank-link', id: linkId }, async () => {
        await mustNotCool(deps.db, customerId)
        await keepIban(deps, { customerId, linkId, iban })
        return {
          order: { customer_id: customerId, bank, method },
          policy: bankLinkPolicy(deps.policy),
          summary: `link an account at bank ${bank}`,
          searchAttributes: [
            { key: searchAttributes.customerRef, value: customerId },
            { key: searchAttributes.rail, value: `bank_${bank}` }
          ]
        }
      })
      return withIban(begun, iban)
    }
  )

const confirmHolder = ({ db, vault }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/bank-accounts/{id}/confirm-holder',
    {
      ...decision,
      summary: 'Confirm that the account is yours, though its holder’s name is written otherwise',
      description: 'Asked for by `requirements.currently_due`: `confirm_holder`. Nobody can do it for the customer.',
      callers: { customer: 'own' },
      errors
    },
    async (call) => {
      const link = await owned(db, call)
      const about = { type: 'bank-link', processId: link.id, role: call.caller.kind, data: {} }
      const alongside = auditOf(call, { action: 'bank_account.confirm_holder', object: link.id })
      return shownTo(await submit.decide(call, { ...about, action: 'confirm-holder', alongside }), { db, vault }, link)
    }
  )

const verify = ({ db, vault }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/bank-accounts/{id}/verify',
    {
      ...decision,
      summary: 'Say the two amounts that came',
      description:
        'Asked for by `requirements.currently_due`: `verify_amounts`. Nobody can do it for the customer. Wrong ones are ' +
        '`verification_failed` with `attempts_left`; after the third the link has failed.',
      body: VerifyRequest,
      callers: { customer: 'own' },
      errors: [...errors, 'verification_failed']
    },
    async (call) => {
      const link = await owned(db, call)
      const index = amountsIndex(vault, link.id, call.body.amounts.map(BigInt))
      const about = { type: 'bank-link', processId: link.id, role: call.caller.kind, data: { index } }
      const alongside = auditOf(call, { action: 'bank_account.verify', object: link.id })
      const decided = await submit.decide(call, { ...about, action: 'verify', alongside })
      refuseWrongTry(decided.body)
      return shownTo(decided, { db, vault }, link)
    }
  )

const retry = ({ db, vault, processes }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/bank-accounts/{id}/retry',
    {
      ...decision,
      summary: 'Have the bank asked now what became of a micro-deposit, or of the pull that brings both back',
      callers: { finance: 'any' },
      scope: 'bank-accounts:write',
      errors
    },
    async (call) => {
      const link = await owned(db, call)
      const alongside = auditOf(call, { action: 'bank_account.retry', object: link.id })
      const recovery = await findProcess(db, sameDigits('mdr', link.id))
      if (recovery?.open) {
        await inTransaction(db, alongside)
        await processes.nudge(workflowIdOf(recovery.kind, recovery.id))
        return shownTo(await submit.read(call, link.id), { db, vault }, link)
      }
      const about = { type: 'bank-link', processId: link.id, role: call.caller.role, data: {} }
      return shownTo(await submit.decide(call, { ...about, action: 'retry', alongside }), { db, vault }, link)
    }
  )

const cancel = ({ db, vault }: ApiDeps, submit: Submit): Route =>
  route.post(
    '/bank-accounts/{id}/cancel',
    {
      ...decision,
      summary: 'Give a link up that is still verifying',
      callers: { customer: 'own', service: 'any' },
      scope: 'bank-accounts:write',
      errors
    },
    async (call) => {
      const link = await owned(db, call)
      const about = { type: 'bank-link', processId: link.id, role: call.caller.kind, data: {} }
      const alongside = auditOf(call, { action: 'bank_account.cancel', object: link.id })
      return shownTo(await submit.decide(call, { ...about, action: 'cancel', alongside }), { db, vault }, link)
    }
  )

/**
 * Seals the IBAN under the id that the link will have, before anything runs that needs it. What stands there is never
 * replaced: a run may have read it.
 * @throws {Refusal} when this customer cannot link this account
 */
async function keepIban(
  { db, vault }: Pick<ApiDeps, 'db' | 'vault'>,
  { customerId, linkId, iban }: { customerId: CustomerId; linkId: BankAccountId; iban: string }
): Promise<void> {
  const customer = await findCustomer(db, customerId)
  if (!customer) throw new Refusal('not_found', { pointer: '/customer_id' })
  const name = await findPersonalValue(db, vault, { ownerId: customerId, kind: 'name' })
  if (customer.state === 'registered' || customer.tier < 1 || name === undefined) throw new Refusal('kyc_required')
  if (customer.state !== 'active') throw new Refusal('state_conflict', { state: customer.state })
  await inTransaction(db, async (transaction) => {
    await lockPersonal(transaction, customerId)
    const there = await findPersonalValue(transaction, vault, { ownerId: customerId, kind: 'iban', reference: linkId })
    if (there === iban) return
    if (there !== undefined) throw new Refusal('idempotency_key_reused')
    const owner = await findProvedOwner(transaction, vault, 'iban', iban)
    if (owner !== undefined) throw new Refusal(owner === customerId ? 'state_conflict' : 'bank_account_unavailable')
    for (const { ownerId, reference } of await findOwnersByValue(transaction, vault, 'iban', iban)) {
      const link = ownerId === customerId ? await findProcess(transaction, reference) : undefined
      if (link?.open) throw new Refusal('state_conflict', { state: link.state })
    }
    await putPersonal(transaction, vault, customerId, { kind: 'iban', reference: linkId, value: iban })
  })
}

/** @throws {Refusal} `not_found` for what is not there, or someone else's; `state_conflict` for one linked without a process. */
async function owned(
  db: ApiDeps['db'],
  call: { params: { id: string }; mustOwn: (owner: { customerId?: string }) => void }
): Promise<BankLink> {
  const link = await findBankLink(db, call.params.id)
  call.mustOwn(link ?? {})
  if (!link) throw new Refusal('not_found')
  return link
}

async function shownTo(
  given: Answer<unknown>,
  { db, vault }: Pick<ApiDeps, 'db' | 'vault'>,
  { id: reference, customerId: ownerId }: BankLink
): Promise<Answer<unknown>> {
  const iban = await findPersonalValue(db, vault, { ownerId, kind: 'iban', reference })
  // A repeated request gets the first answer, also when the account was linked since.
  const { state } = given.body as { readonly state?: string }
  const account = state === 'linked' ? await findBankAccount(db, reference) : undefined
  return withIban(given, iban, account?.linkedAt)
}

/**
 * A try that was wrong is on record, so that it counts; to its caller it is a refusal, now and under the same key later.
 * @throws {Refusal} `verification_failed`
 */
function refuseWrongTry(body: unknown): void {
  const { timeline, decline_code, attempts_left } = body as Partial<z.output<typeof BankAccountReply>>
  const wrong = timeline?.at(-1)?.type === 'bank_link.amounts_wrong' || decline_code === 'tries_exhausted'
  if (wrong) throw new Refusal('verification_failed', { attempts_left })
}

/** Nobody is shown a whole IBAN, and events hold none: it is added to what they say, and since when it is linked. */
function withIban(given: Answer<unknown>, iban: string | undefined, linkedAt?: Date): Answer<unknown> {
  if (given.status === 202) return given
  const shown = { iban: iban === undefined ? null : mask('iban', iban), linked_at: linkedAt ? instant(linkedAt) : null }
  return answer(given.status, { ...(given.body as object), ...shown }, given.headers)
}
