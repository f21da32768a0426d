import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { findMerchant } from '../../store/merchant.ts'
import type { ApiDeps } from '../deps.ts'
import { MerchantReply } from '../merchant-schemas.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'

/** Who is paid. */
export const merchantRoutes = ({ db }: ApiDeps): Route[] => [
  route.get(
    '/merchants/{id}',
    {
      summary: 'Read a merchant',
      params: z.strictObject({ id: id('mer') }),
      reply: MerchantReply,
      callers: {
        customer: 'any',
        service: 'any',
        merchant: 'own',
        support: 'any',
        reviewer: 'any',
        finance: 'any',
        admin: 'any'
      },
      scope: 'merchants:read'
    },
    async ({ params, caller, mustOwn }) => {
      if (caller.kind === 'merchant') mustOwn({ merchantId: params.id })
      const merchant = await findMerchant(db, params.id)
      if (!merchant) throw new Refusal('not_found')
      return { object: 'merchant' as const, ...merchant }
    }
  )
]
