import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import type { MerchantId } from '../../domain/ids.ts'
import { toWire } from '../../domain/money.ts'
import type { PaymentRequestOrder as Order } from '../../domain/orders.ts'
import { paymentRequestPolicy, type PaymentRequestPolicy } from '../../domain/policy/index.ts'
import { findMerchant, type Merchant } from '../../store/merchant.ts'
import { findPaymentRequest, listPaymentRequests, paidSoFar, type PaymentRequest } from '../../store/payment-request.ts'
import { roleOf, type Caller } from '../caller.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf, readCursor, toPage } from '../list.ts'
import { PaymentRequestOrder, PaymentRequestQuery, PaymentRequestReply } from '../payment-request-schemas.ts'
import { qrTextOf, shownTo, toListed, toPayerView } from '../payment-request-view.ts'
import { notYet } from '../payment-schemas.ts'
import { qrPng, qrSvg } from '../qr-image.ts'
import { answer, media, route, type Answer, type Route } from '../route.ts'
import { id, instant } from '../schemas.ts'
import { createSubmit, type Submit } from '../submit.ts'

const params = z.strictObject({ id: id('prq') })
const operators = { support: 'any', reviewer: 'any', finance: 'any' } as const
const own = { service: 'any', merchant: 'own' } as const

/** A merchant asks for money by a code or a link; `POST /v1/payments` pays it. */
export function paymentRequestRoutes(deps: ApiDeps): Route[] {
  const submit = createSubmit(deps)
  return [
    create(deps, submit),
    list(deps),
    // Before the one without an ending, whose id would swallow it.
    picture(deps, 'png'),
    picture(deps, 'svg'),
    read(deps, submit),
    cancel(deps, submit)
  ]
}

const create = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/payment-requests',
    {
      summary: 'Ask for money, by a QR code or a link',
      description:
        'Paid once by `POST /v1/payments { payment_request_id }` or by scanning `qr_text`; with `multi_use` as often as ' +
        'payers like, until it expires or is canceled.',
      body: PaymentRequestOrder,
      reply: PaymentRequestReply,
      status: 201,
      otherReplies: notYet,
      callers: own,
      scope: 'payment-requests:write',
      idempotency: 'process',
      errors: ['not_found', 'currency_mismatch', 'qr_amount_invalid', 'payee_unavailable', 'idempotency_key_reused']
    },
    async (call) => {
      const { body } = call
      const merchant = await merchantOf(deps, call.caller, body.merchant_id)
      call.mustOwn({ merchantId: merchant.id })
      const { amount, currency = merchant.currency } = body
      if (currency !== merchant.currency || (amount && amount.currency !== currency))
        throw new Refusal('currency_mismatch')
      const policy = paymentRequestPolicy(deps.policy)
      mustFit(body.expires_in_ms, policy)
      const made = call.newId('prq')
      const shown = shownTo({ id: made, amount: amount?.amount ?? null, currency }, merchant, baseOf(deps, call))
      const { description, reference, multi_use, expires_in_ms, metadata } = body
      const wanted = { description, reference, multi_use, expires_in_ms, metadata }
      const order: Order = { merchant_id: merchant.id, amount: amount && toWire(amount), currency, ...wanted }
      const opened = await submit.startAllowed(call, { type: 'payment-request', id: made }, async () => {
        if (merchant.state !== 'active') throw new Refusal('payee_unavailable', { state: merchant.state })
        return {
          order,
          policy,
          summary: `request of ${amount?.amount ?? 'any'} ${currency} minor units for ${merchant.id}`,
          searchAttributes: []
        }
      })
      return withMore(opened, shown)
    }
  )

const list = (deps: ApiDeps): Route =>
  route.get(
    '/payment-requests',
    {
      summary: 'List a merchant’s payment requests, newest first',
      description: 'Merchants see their own; everyone else names a merchant. Without the timeline.',
      query: PaymentRequestQuery,
      reply: listOf(PaymentRequestReply),
      callers: { ...own, ...operators },
      scope: 'payment-requests:read'
    },
    async (call) => {
      const { query, ownOnly } = call
      const place = readCursor(z.tuple([z.iso.datetime(), id('prq')]), query.cursor)
      const merchantId = narrowed(query.merchant_id, ownOnly().merchantId)
      const merchant = await findMerchant(deps.db, merchantId)
      const filter = { merchantId, state: query.state }
      const before = place && { createdAt: place[0], id: place[1] }
      const rows = merchant ? await listPaymentRequests(deps.db, filter, before, query.limit + 1) : []
      return toPage(
        rows,
        query.limit,
        ({ request }) => [instant(request.createdAt), request.id],
        (row) => toListed(row, merchant!, baseOf(deps, call))
      )
    }
  )

const read = (deps: ApiDeps, submit: Submit): Route =>
  route.get(
    '/payment-requests/{id}',
    {
      summary: 'Read a payment request',
      description: 'Where its link leads. A customer who has the id sees who asks for how much and what for, no more.',
      params,
      reply: PaymentRequestReply,
      callers: { customer: 'any', ...own, ...operators },
      scope: 'payment-requests:read'
    },
    async (call) => {
      const { request, merchant } = await owned(deps, call)
      if (call.caller.kind === 'customer') return toPayerView(request, merchant)
      const more = { ...paidSoFar(request), ...shownTo(request, merchant, baseOf(deps, call)) }
      return withMore(await submit.read(call, request.id), more)
    }
  )

const picture = (deps: ApiDeps, ending: 'png' | 'svg'): Route =>
  route.get(
    `/payment-requests/{id}.${ending}`,
    {
      summary: `A payment request’s code as a picture (${ending.toUpperCase()})`,
      params,
      reply: media(ending === 'png' ? 'image/png' : 'image/svg+xml'),
      callers: { ...own, support: 'any' },
      scope: 'payment-requests:read'
    },
    async (call) => {
      const { request, merchant } = await owned(deps, call)
      return ending === 'png' ? qrPng(qrTextOf(request, merchant)) : qrSvg(qrTextOf(request, merchant))
    }
  )

const cancel = (deps: ApiDeps, submit: Submit): Route =>
  route.post(
    '/payment-requests/{id}/cancel',
    {
      summary: 'Take a payment request back',
      description: 'One that was paid stays paid: 409. What was paid of one for many payments stays paid as well.',
      params,
      reply: PaymentRequestReply,
      status: 200,
      otherReplies: notYet,
      callers: own,
      scope: 'payment-requests:write',
      idempotency: 'process',
      errors: ['state_conflict', 'idempotency_key_reused']
    },
    async (call) => {
      const { request, merchant } = await owned(deps, call)
      const about = { type: 'payment-request', processId: request.id, data: {}, role: roleOf(call.caller) }
      const canceled = await submit.decide(call, { ...about, action: 'cancel' })
      // Read again: nothing can be paid any more, so that this is what was paid in all.
      const counted = paidSoFar((await findPaymentRequest(deps.db, request.id))!)
      return withMore(canceled, { ...counted, ...shownTo(request, merchant, baseOf(deps, call)) })
    }
  )

/** The request, for a caller whose it is; every customer may see what they are asked to pay. @throws {Refusal} `not_found` */
async function owned(
  { db }: Pick<ApiDeps, 'db'>,
  call: { params: { id: string }; caller: Caller; mustOwn: (owner: { merchantId?: MerchantId }) => void }
): Promise<{ request: PaymentRequest; merchant: Merchant }> {
  const request = await findPaymentRequest(db, call.params.id)
  if (call.caller.kind !== 'customer') call.mustOwn(request ?? {})
  const merchant = request && (await findMerchant(db, request.merchantId))
  if (!merchant) throw new Refusal('not_found')
  return { request, merchant }
}

async function merchantOf(
  { db }: Pick<ApiDeps, 'db'>,
  caller: Caller,
  named: MerchantId | undefined
): Promise<Merchant> {
  const merchantId = named ?? (caller.kind === 'merchant' ? caller.merchantId : undefined)
  if (merchantId === undefined) throw missing('/merchant_id')
  if (caller.kind === 'merchant' && merchantId !== caller.merchantId) throw new Refusal('not_found')
  const merchant = await findMerchant(db, merchantId)
  if (!merchant) throw new Refusal('not_found', { pointer: '/merchant_id' })
  return merchant
}

/** @throws {Refusal} `not_found` for another merchant than the caller, `invalid_request` when nobody is named. */
function narrowed(named: string | undefined, mine: string | undefined): string {
  if (mine !== undefined && named !== undefined && mine !== named) throw new Refusal('not_found')
  const merchantId = mine ?? named
  if (merchantId === undefined) throw missing('/query/merchant_id')
  return merchantId
}

function mustFit(expiresInMs: number | undefined, { expiry_min_ms: min, expiry_max_ms: max }: PaymentRequestPolicy) {
  if (expiresInMs === undefined || (expiresInMs >= min && expiresInMs <= max)) return
  const message = `must be from ${min} to ${max}`
  throw new Refusal('invalid_request', { errors: [{ pointer: '/expires_in_ms', message }] })
}

const missing = (pointer: string) => new Refusal('invalid_request', { errors: [{ pointer, message: 'is needed' }] })

/** How we are reached from outside; where nobody has said so, as this caller has reached us. */
const baseOf = ({ config }: Pick<ApiDeps, 'config'>, call: { header: (name: string) => string | undefined }): string =>
  (config.API_URL ?? `http://${call.header('host') ?? `${config.HOST}:${config.PORT}`}`).replace(/\/$/, '')

/** What is not in the events; an answer of 202 has nothing to add to. */
const withMore = (given: Answer<unknown>, more: object): Answer<unknown> =>
  given.status === 202 ? given : answer(given.status, { ...(given.body as object), ...more }, given.headers)
