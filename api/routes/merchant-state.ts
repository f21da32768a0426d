import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { appendAudit } from '../../store/audit.ts'
import { lockMerchant, setMerchantState, type MerchantState } from '../../store/merchant.ts'
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
    from: 'active',
    to: 'suspended'
  }),
  change('reinstate', {
    summary: 'Let a suspended merchant be paid again',
    description: 'What it asked for before can be paid again as well.',
    from: 'suspended',
    to: 'active'
  })
]

function change(
  verb: 'suspend' | 'reinstate',
  { from, to, ...words }: { summary: string; description: string; from: MerchantState; to: MerchantState }
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
      const merchant = await lockMerchant(transaction, params.id)
      if (!merchant) throw new Refusal('not_found')
      if (merchant.state !== from) throw new Refusal('state_conflict', { state: merchant.state })
      await setMerchantState(transaction, merchant.id, to)
      const entry = { actor: principal, action: `merchant.${verb}`, object: merchant.id, requestId }
      await appendAudit(transaction, { ...entry, data: { reason } })
      return toReply({ ...merchant, state: to })
    }
  )
}
