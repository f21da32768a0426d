import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { canonicalJson } from '../../domain/canonical.ts'
import { refusalOf } from './refusal-of.ts'

/** JSON values without numbers that are not safe integers. */
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { maxKeys: 4 })
  )
})).value

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)])
  )
}

describe('canonical JSON', () => {
  it('sorts keys at every depth and writes no white space', () => {
    expect(canonicalJson({ b: [{ z: 1, y: null }], a: { d: 'x', c: true } })).toBe(
      '{"a":{"c":true,"d":"x"},"b":[{"y":null,"z":1}]}'
    )
  })

  it('keeps the order of arrays, which means something', () => {
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]))
  })

  it('drops members that are undefined, as if they had not been sent', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe(canonicalJson({ b: 1 }))
  })

  it('tells a member that is null from one that is absent, and "1" from 1', () => {
    expect(
      new Set([canonicalJson({ a: null }), canonicalJson({}), canonicalJson({ a: 1 }), canonicalJson({ a: '1' })]).size
    ).toBe(4)
  })

  it('writes minus zero as zero', () => {
    expect(canonicalJson(JSON.parse('-0'))).toBe('0')
  })

  it('keeps a member that is called __proto__', () => {
    expect(canonicalJson(JSON.parse('{"__proto__": {"a": 1}}'))).toBe('{"__proto__":{"a":1}}')
  })

  it.each([0.1, 1e21, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])('refuses the number %d', (value) => {
    expect(refusalOf(() => canonicalJson({ amount: value }))).toEqual({
      code: 'invalid_request',
      data: { reason: 'not_a_safe_integer' }
    })
  })

  it.each([[undefined], [[undefined]], [1n], [new Date(0)], [new Map()], [() => 1], [Symbol('s')]])(
    'refuses what JSON does not have: %p',
    (value) => expect(refusalOf(() => canonicalJson(value)).data).toEqual({ reason: 'not_json' })
  )

  it('refuses nesting below 64 levels and takes 64', () => {
    const nested = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown
    expect(canonicalJson(nested(64))).toHaveLength(128)
    expect(refusalOf(() => canonicalJson(nested(100_000))).data).toEqual({ reason: 'nested_too_deep' })
  })

  it('is the same text whatever the order of keys and the white space', () => {
    fc.assert(
      fc.property(json, (value) => {
        const respaced = JSON.parse(JSON.stringify(reversed(value), null, 3)) as unknown
        return canonicalJson(respaced) === canonicalJson(value)
      })
    )
  })

  it('means the same value when it is parsed again', () => {
    fc.assert(
      fc.property(json, (value) => expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value))))
    )
  })
})
