import { describe, expect, it } from '@jest/globals'
import { cardLinkRefusal } from '../../domain/card-acceptance.ts'
import { cardLinkStates } from '../../domain/card-link.ts'
import { endOfCard, isExpired } from '../../domain/card.ts'
import { cardLink } from '../../domain/policy/card-link.ts'

const none = { suspended: false, linked: 0, open: 0, lately: 0 }

describe('A card link', () => {
  it('ends linked, failed, expired or canceled, and is never opened again', () => {
    expect([...cardLinkStates.terminal].sort()).toEqual(['canceled', 'expired', 'failed', 'linked'])
    expect(cardLinkStates.isLegal('linked', 'verifying')).toBe(false)
  })

  it.each([
    [{}, undefined],
    [{ linked: 9 }, undefined],
    [{ linked: 10 }, 'limit_exceeded'],
    [{ linked: 8, open: 2 }, 'limit_exceeded'],
    [{ open: 3 }, 'limit_exceeded'],
    [{ lately: 4 }, undefined],
    [{ lately: 5 }, 'velocity_exceeded'],
    [{ suspended: true, lately: 5 }, 'rail_suspended']
  ])('is refused on %j with %s', (facts, code) => {
    expect(cardLinkRefusal({ ...none, ...facts }, cardLink)?.code).toBe(code)
  })
})

describe('A card', () => {
  it('is good to the end of its month, in UTC', () => {
    expect(endOfCard({ month: 12, year: 2031 }).toISOString()).toBe('2032-01-01T00:00:00.000Z')
    expect(isExpired({ month: 2, year: 2028 }, new Date('2028-02-29T23:59:59.999Z'))).toBe(false)
    expect(isExpired({ month: 2, year: 2028 }, new Date('2028-03-01T00:00:00.000Z'))).toBe(true)
  })
})
