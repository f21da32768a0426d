import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { sql } from 'kysely'
import { personalKinds } from '../../domain/personal.ts'
import { findCustomerByLogin, loginIndex } from '../../store/login-names.ts'
import { erasePersonal, findOwnersByValue, findPersonal, findPersonalValue, putPersonal } from '../../store/personal.ts'
import { createVault } from '../../store/vault.ts'
import { newId, openStore, type StoreUnderTest } from './store-under-test.ts'

let store: StoreUnderTest
beforeAll(async () => {
  store = await openStore()
})
afterAll(() => store.stop())

const email = () => `${randomBytes(6).toString('hex')}@example.org`
const put = (ownerId: string, datum: Parameters<typeof putPersonal>[3]) =>
  putPersonal(store.db, store.vault, ownerId, datum)
const rowsAsText = async () => {
  const { rows } = await sql<{
    row: string
  }>`select row_to_json(p)::text || encode(ciphertext, 'escape') as row from personal_data p`.execute(store.db)
  return rows.map(({ row }) => row).join('\n')
}

describe('personal data', () => {
  it('comes back as it was written, by kind and reference, and is nowhere readable in the table', async () => {
    const [owner, bank] = [newId('cus'), newId('ban')]
    await put(owner, { kind: 'name', value: 'Canary Ångström' })
    await put(owner, { kind: 'iban', reference: bank, value: 'DE02 1203 0000 0000 2020 51' })
    expect(await findPersonal(store.db, store.vault, owner, personalKinds)).toEqual([
      { kind: 'iban', reference: bank, value: 'DE02 1203 0000 0000 2020 51', verifiedAt: null },
      { kind: 'name', reference: '', value: 'Canary Ångström', verifiedAt: null }
    ])
    expect(await findPersonalValue(store.db, store.vault, { ownerId: owner, kind: 'iban', reference: bank })).toBe(
      'DE02 1203 0000 0000 2020 51'
    )
    const text = await rowsAsText()
    expect(text).toContain(owner)
    expect(text).not.toMatch(/Canary|DE02|1203/)
  })

  it('is found by another writing of the same value, and not by another value', async () => {
    const [owner, bank] = [newId('cus'), newId('ban')]
    await put(owner, { kind: 'iban', reference: bank, value: 'DE89 3704 0044 0532 0130 00' })
    const find = (value: string) => findOwnersByValue(store.db, store.vault, 'iban', value)
    expect(await find('de89370400440532013000')).toEqual([{ ownerId: owner, reference: bank }])
    expect(await find('DE89370400440532013001')).toEqual([])
  })

  it('replaced keeps one row, and is unverified again unless it says otherwise', async () => {
    const owner = newId('cus')
    await put(owner, { kind: 'email', value: email(), verified: true })
    const next = email()
    await put(owner, { kind: 'email', value: next })
    expect(await findPersonal(store.db, store.vault, owner, personalKinds)).toEqual([
      { kind: 'email', reference: '', value: next, verifiedAt: null }
    ])
  })

  it('written by two at once for a new owner is sealed under one key', async () => {
    const owner = newId('cus')
    const values = Array.from({ length: 8 }, () => ({
      kind: 'iban' as const,
      reference: newId('ban'),
      value: 'DE02120300000000202051'
    }))
    await Promise.all(values.map((datum) => put(owner, datum)))
    expect(await findPersonal(store.db, store.vault, owner, personalKinds)).toHaveLength(8)
  })

  it('erased is gone with its key, look-up included', async () => {
    const [owner, address] = [newId('cus'), email()]
    await put(owner, { kind: 'email', value: address, verified: true })
    const { rows: copies } = await sql<{
      ciphertext: Buffer
    }>`select ciphertext from personal_data where owner_id = ${owner}`.execute(store.db)
    await erasePersonal(store.db, owner)
    expect(await findPersonal(store.db, store.vault, owner, personalKinds)).toEqual([])
    expect(await findCustomerByLogin(store.db, store.vault, address)).toBeUndefined()
    // A copy of the ciphertext put back under the owner's next key stays closed.
    await put(owner, { kind: 'email', value: email() })
    await sql`update personal_data set ciphertext = ${copies[0]!.ciphertext} where owner_id = ${owner}`.execute(
      store.db
    )
    await expect(findPersonal(store.db, store.vault, owner, personalKinds)).rejects.toThrow()
  })

  it('moved to another owner, kind or reference does not open', async () => {
    const [mine, theirs] = [newId('cus'), newId('cus')]
    await put(mine, { kind: 'iban', reference: 'ban_1', value: 'DE02120300000000202051' })
    await put(mine, { kind: 'iban', reference: 'ban_2', value: 'DE89370400440532013000' })
    await put(theirs, { kind: 'name', value: 'Eve' })
    await sql`update personal_data a set ciphertext = b.ciphertext from personal_data b
      where a.owner_id = ${mine} and a.reference = 'ban_1' and b.owner_id = ${mine} and b.reference = 'ban_2'`.execute(
      store.db
    )
    await expect(findPersonal(store.db, store.vault, mine, personalKinds)).rejects.toThrow()
    await sql`update personal_key a set wrapped_key = b.wrapped_key from personal_key b
      where a.owner_id = ${theirs} and b.owner_id = ${mine}`.execute(store.db)
    await expect(findPersonal(store.db, store.vault, theirs, personalKinds)).rejects.toThrow()
  })

  it('is not opened where it was not asked for', async () => {
    const owner = newId('cus')
    for (const reference of ['ban_1', 'ban_2'])
      await put(owner, { kind: 'iban', reference, value: 'DE02120300000000202051' })
    await put(owner, { kind: 'name', value: 'Ada' })
    await sql`update personal_data set ciphertext = 'no ciphertext' where owner_id = ${owner} and reference = 'ban_2'`.execute(
      store.db
    )
    expect(await findPersonal(store.db, store.vault, owner, ['name'])).toMatchObject([{ value: 'Ada' }])
    expect(await findPersonal(store.db, store.vault, owner, ['iban'], 'ban_1')).toHaveLength(1)
    await expect(findPersonal(store.db, store.vault, owner, ['iban'])).rejects.toThrow()
  })

  it('does not open under another master key, and the error names no value', async () => {
    const owner = newId('cus')
    await put(owner, { kind: 'name', value: 'Canary' })
    await expect(findPersonal(store.db, createVault(randomBytes(32)), owner, personalKinds)).rejects.toThrow(
      /no master key [0-9a-f]{16}/
    )
  })
})

describe('a log-in name', () => {
  it('finds the customer who has proved it', async () => {
    const [owner, address] = [newId('cus'), email()]
    await put(owner, { kind: 'email', value: address })
    expect(await findCustomerByLogin(store.db, store.vault, address)).toBeUndefined()
    await put(owner, { kind: 'email', value: address, verified: true })
    expect(await findCustomerByLogin(store.db, store.vault, ` ${address.toUpperCase()}`)).toBe(owner)
  })

  it('may be claimed by many, and proved by one', async () => {
    const [first, second, address] = [newId('cus'), newId('cus'), email()]
    await put(first, { kind: 'email', value: address })
    await put(second, { kind: 'email', value: address, verified: true })
    await expect(put(first, { kind: 'email', value: address, verified: true })).rejects.toMatchObject({
      code: 'state_conflict',
      data: { field: 'email' }
    })
    expect(await findCustomerByLogin(store.db, store.vault, address)).toBe(second)
  })

  it('of a merchant logs no customer in', async () => {
    const address = email()
    await put(newId('mer'), { kind: 'email', value: address, verified: true })
    expect(await findCustomerByLogin(store.db, store.vault, address)).toBeUndefined()
  })

  it('that is neither e-mail address nor phone number finds no one and is still counted', async () => {
    expect(await findCustomerByLogin(store.db, store.vault, "' or 1=1 --")).toBeUndefined()
    expect(loginIndex(store.vault, "' or 1=1 --")).toMatch(/^[0-9a-f]{64}$/)
    expect(loginIndex(store.vault, 'Ada@Example.org')).toBe(loginIndex(store.vault, 'ada@example.org'))
  })
})
