import { describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { idOf } from '../../domain/ids.ts'
import { amountsIndex, openAmounts, sealAmounts } from '../../store/micro-deposits.ts'
import { createVault } from '../../store/vault.ts'

const vault = createVault(randomBytes(32))
const newLink = () => ({ id: idOf('ban', `ban_${randomBytes(16).toString('hex')}`) })

describe('The amounts of two micro-deposits', () => {
  it('are different, together at most their maximum, and every such pair comes up', () => {
    const pairs = Array.from({ length: 600 }, () => sealAmounts(vault, newLink(), { min: 11, max: 24 }).amounts.join())
    expect([...new Set(pairs)].sort()).toEqual(['11,12', '11,13', '12,11', '13,11'])
    expect(() => sealAmounts(vault, newLink(), { min: 11, max: 22 })).toThrow(RangeError)
  })

  it('are opened for the link that they were chosen for, and for no other', () => {
    const [mine, other] = [newLink(), newLink()]
    const { amounts, sealed } = sealAmounts(vault, mine, { min: 1, max: 99 })
    expect(openAmounts(vault, { ...mine, amounts: sealed })).toEqual(amounts)
    expect(() => openAmounts(vault, { ...other, amounts: sealed })).toThrow()
    expect(openAmounts(vault, { ...mine, amounts: null })).toEqual([])
    expect(Buffer.from(sealed, 'base64').toString()).not.toContain(amounts.join(' '))
  })

  it('are known again in any order, and not for another link', () => {
    const { id } = newLink()
    expect(amountsIndex(vault, id, [9n, 12n])).toBe(amountsIndex(vault, id, [12n, 9n]))
    expect(amountsIndex(vault, id, [9n, 13n])).not.toBe(amountsIndex(vault, id, [9n, 12n]))
    expect(amountsIndex(vault, newLink().id, [9n, 12n])).not.toBe(amountsIndex(vault, id, [9n, 12n]))
  })
})
