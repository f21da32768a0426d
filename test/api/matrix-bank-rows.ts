import type { IdPrefix } from '../../domain/ids.ts'
import { newId } from './api-under-test.ts'
import type { Row } from './matrix-world.ts'

const customers = (status: number) => ({ 'customer own': status, 'customer other': status })
const readers = { service: 404, support: 404, reviewer: 404, finance: 404 }

/** What finance may do about an instruction whose end nobody knows. */
const stuckOf = (things: string, prefix: IdPrefix): Record<string, Row> => ({
  [`post /${things}/{id}/retry`]: { path: () => `/${things}/${newId(prefix)}/retry`, allowed: { finance: 404 } },
  [`post /${things}/{id}/write-off`]: {
    path: () => `/${things}/${newId(prefix)}/write-off`,
    body: { reason: 'the bank says no', proof: 'a letter' },
    allowed: { finance: 404 }
  }
})

/** What moves money through a bank: here nobody has the thing, so that nobody gets as far as the engine. */
const movesOf = (things: string, prefix: IdPrefix): Record<string, Row> => ({
  [`post /${things}`]: {
    path: `/${things}`,
    body: () => ({
      wallet_id: newId('wal'),
      bank_account_id: newId('ban'),
      amount: { amount: '1', currency: 'USD' }
    }),
    allowed: { ...customers(404), service: 404 }
  },
  // Without saying whose, only customers get a list.
  [`get /${things}`]: {
    path: `/${things}`,
    allowed: { ...customers(200), service: 400, support: 400, reviewer: 400, finance: 400 }
  },
  [`get /${things}/{id}`]: { path: () => `/${things}/${newId(prefix)}`, allowed: { ...customers(404), ...readers } },
  ...stuckOf(things, prefix)
})

/** What banks took back. */
const returnRows: Readonly<Record<string, Row>> = {
  'get /bank-returns': {
    path: '/bank-returns',
    allowed: { ...customers(200), service: 200, support: 200, reviewer: 200, finance: 200 }
  },
  'get /bank-returns/{id}': {
    path: () => `/bank-returns/${newId('ret')}`,
    allowed: { ...customers(404), ...readers }
  },
  'post /bank-returns/{id}/write-off': {
    path: () => `/bank-returns/${newId('ret')}/write-off`,
    body: { reason: 'cannot be reached' },
    allowed: { finance: 404 }
  }
}

/** Nobody has set one: its owner and operators find none, and everybody else not even the wallet. */
const automaticRows: Readonly<Record<string, Row>> = {
  'put /wallets/{id}/automatic-top-up': {
    path: ({ own }) => `/wallets/${own.walletId}/automatic-top-up`,
    body: ({ bankAccountId }) => ({
      below: { amount: '100', currency: 'USD' },
      add: { amount: '100', currency: 'USD' },
      bank_account_id: bankAccountId,
      pin: '000000'
    }),
    allowed: { 'customer own': 403, 'customer other': 404 }
  },
  'get /wallets/{id}/automatic-top-up': {
    path: ({ own }) => `/wallets/${own.walletId}/automatic-top-up`,
    allowed: { ...customers(404), support: 404, finance: 404 }
  },
  'delete /wallets/{id}/automatic-top-up': {
    path: ({ own }) => `/wallets/${own.walletId}/automatic-top-up`,
    allowed: customers(404)
  }
}

export const bankRows: Readonly<Record<string, Row>> = {
  ...returnRows,
  ...automaticRows,
  ...movesOf('top-ups', 'top'),
  ...movesOf('withdrawals', 'wdr'),
  ...stuckOf('payments', 'pay'),
  'post /withdrawals/{id}/confirm': {
    path: () => `/withdrawals/${newId('wdr')}/confirm`,
    body: { pin: '471100' },
    allowed: customers(404)
  },
  'post /top-ups/{id}/cancel': {
    path: () => `/top-ups/${newId('top')}/cancel`,
    allowed: { ...customers(404), service: 404 }
  },
  'post /withdrawals/{id}/cancel': {
    path: () => `/withdrawals/${newId('wdr')}/cancel`,
    allowed: { ...customers(404), service: 404 }
  }
}
