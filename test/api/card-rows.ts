import { insertCard } from '../../store/card.ts'
import { newId } from './api-under-test.ts'
import type { Row, World } from './matrix-world.ts'

/** One for each request, so that one's deed is not another's refusal. */
const newCard = async ({ api, own }: World) => {
  const card = {
    id: newId('crd'),
    customerId: own.id,
    brand: 'visa',
    funding: 'debit',
    expiry: { month: 12, year: 2031 },
    state: 'linked',
    linkedAt: new Date()
  } as const
  await insertCard(api.deps.db, card)
  return `/cards/${card.id}`
}

const customers = (own: number, other: number) => ({ 'customer own': own, 'customer other': other })

/** The matrix's rows about cards. What acts on a link needs the engine behind it: here nobody has the thing. */
export const cardRows: Readonly<Record<string, Row>> = {
  'get /cards': { path: '/cards', allowed: { ...customers(200, 200), service: 400, support: 400, finance: 400 } },
  'get /cards/{id}': { path: newCard, allowed: { ...customers(200, 404), service: 200, support: 200, finance: 200 } },
  'post /cards': {
    path: '/cards',
    body: () => ({ customer_id: newId('cus'), token: `ctk_${'abcd'.repeat(8)}` }),
    allowed: { ...customers(404, 404), service: 404 }
  },
  'post /cards/{id}/cancel': {
    path: () => `/cards/${newId('crd')}/cancel`,
    allowed: { ...customers(404, 404), service: 404 }
  },
  'post /cards/{id}/unlink': {
    path: async (world) => `${await newCard(world)}/unlink`,
    allowed: { ...customers(200, 404), service: 200 }
  }
}
