import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { mask } from '../../domain/personal.ts'
import { appendAudit } from '../../store/audit.ts'
import { findCustomer, insertCustomer, type Customer } from '../../store/customers.ts'
import { setPassword } from '../../store/passwords.ts'
import { findPersonal, putPersonal, type PersonalDatum } from '../../store/personal.ts'
import { refuseWeakPassword } from '../chosen-secrets.ts'
import type { ApiDeps } from '../deps.ts'
import { route, type Route } from '../route.ts'
import { Email, id, Instant, instant, Password, Phone, text, Zone } from '../schemas.ts'

const CustomerRequest = z
  .strictObject({
    name: text(140),
    email: Email.optional(),
    phone: Phone.optional(),
    password: Password.optional(),
    zone: Zone.meta({ description: 'Days of limits and due dates are days of this zone' })
  })
  .refine(({ email, phone }) => email !== undefined || phone !== undefined, {
    message: 'an e-mail address or a phone number is needed',
    path: ['email']
  })
  .meta({ id: 'CustomerRequest' })

const CustomerReply = z
  .strictObject({
    id: id('cus'),
    object: z.literal('customer'),
    state: z.enum(['registered', 'active', 'suspended', 'closing', 'closed']),
    tier: z.int().min(0).max(3),
    zone: z.string(),
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    created_at: Instant,
    updated_at: Instant
  })
  .meta({ id: 'Customer', description: 'Operators see name, e-mail address and phone number masked.' })

/** Who the customers are. Their tier and state follow from processes, never from a request. */
export function customerRoutes({ db, vault }: ApiDeps): Route[] {
  return [
    route.post(
      '/customers',
      {
        summary: 'Register a customer whose e-mail address and phone number you have verified',
        body: CustomerRequest,
        reply: CustomerReply,
        status: 201,
        callers: { service: 'any' },
        scope: 'customers:write',
        idempotency: 'stored',
        errors: ['state_conflict']
      },
      async ({ body, newId, transaction, caller, requestId }) => {
        if (body.password !== undefined) refuseWeakPassword(body.password, [body.email, body.phone], '/password')
        const customer = await insertCustomer(transaction, { id: newId('cus'), zone: body.zone })
        for (const kind of ['name', 'email', 'phone'] as const) {
          const value = body[kind]
          if (value !== undefined) await putPersonal(transaction, vault, customer.id, { kind, value, verified: true })
        }
        if (body.password !== undefined) await setPassword(transaction, customer.id, body.password)
        const actor = `service:${caller.name}`
        await appendAudit(transaction, { actor, action: 'customer.registered', object: customer.id, requestId })
        return toReply(customer, await findPersonal(transaction, vault, customer.id, SHOWN))
      }
    ),
    route.get(
      '/customers/{id}',
      {
        summary: 'Read a customer',
        params: z.strictObject({ id: id('cus') }),
        reply: CustomerReply,
        scope: 'customers:read',
        callers: { customer: 'own', service: 'any', support: 'any', reviewer: 'any', finance: 'any' }
      },
      async ({ params, caller, mustOwn, requestId }) => {
        mustOwn({ customerId: params.id })
        const customer = await findCustomer(db, params.id)
        if (!customer) throw new Refusal('not_found')
        const personal = await findPersonal(db, vault, customer.id, SHOWN)
        if (caller.kind !== 'operator') return toReply(customer, personal)
        await appendAudit(db, { actor: caller.operatorId, action: 'customer.read', object: customer.id, requestId })
        return toReply(
          customer,
          personal.map((datum) => ({ ...datum, value: mask(datum.kind, datum.value) }))
        )
      }
    )
  ]
}

const SHOWN = ['name', 'email', 'phone'] as const

function toReply(customer: Customer, personal: readonly PersonalDatum[]): z.input<typeof CustomerReply> {
  const value = (kind: (typeof SHOWN)[number]) => personal.find((datum) => datum.kind === kind)?.value ?? null
  const { id, state, tier, zone, createdAt, updatedAt } = customer
  return {
    id,
    object: 'customer',
    state,
    tier,
    zone,
    name: value('name'),
    email: value('email'),
    phone: value('phone'),
    created_at: instant(createdAt),
    updated_at: instant(updatedAt)
  }
}
