import { z } from 'zod'
import { appendAudit } from '../../store/audit.ts'
import { moveMerchant } from '../../store/merchant.ts'
import { MerchantReply, ReasonRequest } from '../merchant-schemas.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { toReply } from './merchant.ts'

/** What operators decide about a merchant that was approved. */
export const merchantStateRoutes: readonly Route[] = [
  change('suspend', {
    summary: 'Suspend a merchant, at once',
    description:
      'It cannot be paid and asks for nothing. What payers hold for it expires as usual, or is given back; finance alone ' +
      'captures it.',
    to: 'suspended'
  }),
  change('reinstate', {
    summary: 'Let a suspended merchant be paid again',
    description: 'Where an operator suspended it; what a periodic review has suspended, only that review lifts.',
    to: 'active'
  })
]

function change(
  verb: 'suspend' | 'reinstate',
  { to, ...words }: { summary: string; description: string; to: 'suspended' | 'active' }
): Route {
  return route.post(
    `/merchants/{id}/${verb}`,
    {
      ...words,
      params: z.strictObject({ id: id('mer') }),
      body: ReasonRequest,
      reply: MerchantReply,
      status: 200,
      callers: { reviewer: 'any', finance: 'any' },
      scope: 'merchants:write',
      idempotency: 'stored',
      errors: ['state_conflict']
    },
    async ({ params, body: { reason }, transaction, principal, requestId }) => {
      const merchant = await moveMerchant(transaction, params.id, to)
      const entry = { actor: principal, action: `merchant.${verb}`, object: merchant.id, requestId }
      await appendAudit(transaction, { ...entry, data: { reason } })
      return toReply(merchant)
    }
  )
}
