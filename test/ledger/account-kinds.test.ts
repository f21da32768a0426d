import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { accountKinds, type AccountKind } from '../../domain/account-kinds.ts'
import { kinds, move, openBooks, unit, type Books } from '../support/ledger.ts'

let books: Books
beforeAll(async () => (books = await openBooks()))
afterAll(() => books.close())

it('the chart of accounts in the code and in the database are the same', async () => {
  const rows = await books.db.selectFrom('ledger_account_kind').select(['kind', 'side', 'floor']).execute()
  expect(Object.fromEntries(rows.map(({ kind, ...rest }) => [kind, rest]))).toEqual(accountKinds)
})

it('every account with a floor keeps to it, and every one without may pass it', async () => {
  for (const [kind, { side, floor }] of Object.entries(accountKinds) as [
    AccountKind,
    (typeof accountKinds)[AccountKind]
  ][]) {
    const other = kinds('capital', kind)
    const lower = side === 'C' ? move(kinds(kind), other, 1n) : move(other, kinds(kind), 1n)
    const result = await books.post(unit([lower]))
    expect([kind, result.status]).toEqual([kind, floor ? 'refused' : 'posted'])
  }
})
