import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { parseStrictJson } from '../../api/strict-json.ts'

const parse = (text: string) => parseStrictJson(Buffer.from(text, 'utf8'))

describe('strict JSON', () => {
  it('reads what JSON.parse reads, for any value without NUL, broken texts and __proto__', () => {
    const key = fc.string({ unit: 'grapheme' }).filter((text) => text !== '__proto__' && !text.includes('\0'))
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 8 },
        fc.constantFrom(null, true, false),
        fc.integer(),
        key,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true })
      )
    }))
    fc.assert(
      fc.property(value, fc.nat(3), (given, indent) => {
        const text = JSON.stringify(given, null, indent)
        expect(parse(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 500 }
    )
  })

  it.each(['{"a":{"b":1},"b":{"b":1}}', '[{"a":1},{"a":1}]', '{"a":"a","b":["a"]}', '{"a":"\\"a\\":1"}', '{"":1}'])(
    'takes %s: no key stands twice in one object',
    (text) => {
      expect(parse(text)).toEqual(JSON.parse(text))
    }
  )

  it('takes 32 levels and refuses 33', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
    expect(parse(nested(32))).toBeInstanceOf(Array)
    expect(() => parse(nested(33))).toThrow()
  })
})
