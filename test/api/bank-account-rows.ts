import { ibanAt } from '../../domain/iban.ts'
import { insertBankAccount } from '../../store/bank-account.ts'
import { newId } from './api-under-test.ts'
import type { Row, World } from './matrix-world.ts'

/** One for each request, so that one's deed is not another's refusal. */
const newAccount = async ({ api, own }: World) => {
  const account = { id: newId('ban'), customerId: own.id, bank: 'a', state: 'linked', linkedAt: new Date() } as const
  await insertBankAccount(api.deps.db, account)
  return `/bank-accounts/${account.id}`
}

const customers = (own: number, other: number) => ({ 'customer own': own, 'customer other': other })

/** The matrix's rows about bank accounts. What acts on a link needs the engine behind it: here nobody has the thing. */
export const bankAccountRows: Readonly<Record<string, Row>> = {
  'get /bank-accounts': {
    path: '/bank-accounts',
    allowed: { ...customers(200, 200), service: 400, support: 400, finance: 400 }
  },
  'get /bank-accounts/{id}': {
    path: ({ bankAccountId }) => `/bank-accounts/${bankAccountId}`,
    allowed: { ...customers(200, 404), service: 200, support: 200, finance: 200 }
  },
  'post /bank-accounts': {
    path: '/bank-accounts',
    body: () => ({ customer_id: newId('cus'), iban: ibanAt('a', '000000', '12345678'), method: 'instant' }),
    allowed: { ...customers(404, 404), service: 404 }
  },
  'post /bank-accounts/{id}/confirm-holder': {
    path: () => `/bank-accounts/${newId('ban')}/confirm-holder`,
    allowed: customers(404, 404)
  },
  'post /bank-accounts/{id}/cancel': {
    path: () => `/bank-accounts/${newId('ban')}/cancel`,
    allowed: { ...customers(404, 404), service: 404 }
  },
  'post /bank-accounts/{id}/verify': {
    path: () => `/bank-accounts/${newId('ban')}/verify`,
    body: { amounts: ['12', '34'] },
    allowed: customers(404, 404)
  },
  'post /bank-accounts/{id}/retry': {
    path: () => `/bank-accounts/${newId('ban')}/retry`,
    allowed: { finance: 404 }
  },
  'post /bank-accounts/{id}/unlink': {
    path: async (world) => `${await newAccount(world)}/unlink`,
    allowed: { ...customers(200, 404), service: 200 }
  },
  'post /bank-accounts/{id}/suspend': {
    path: async (world) => `${await newAccount(world)}/suspend`,
    body: { reason: 'a call' },
    allowed: { support: 200, finance: 200 }
  },
  'post /bank-accounts/{id}/resume': {
    path: async (world) => `${await newAccount(world)}/resume`,
    body: { reason: 'it was never suspended' },
    allowed: { finance: 409 }
  }
}
