import { describe, expect, it } from '@jest/globals'
import { authorizedPath, paymentStates } from '../../domain/payment.ts'
import { topUpStates } from '../../domain/top-up.ts'
import { defineStates, type From, type States } from '../../domain/transitions.ts'
import { refusalOf } from './refusal-of.ts'

/** The arrows as ARCHITECTURE.md draws them; everything that is not written is illegal. */
const arrowsOf = (table: string) =>
  new Set(
    table.split(';').flatMap((line) => {
      const [from, to] = line.split('→').map((side) => side.trim())
      return to!.split(',').map((state) => `${from}→${state.trim()}`)
    })
  )

const legalIn = <S extends string>(states: States<S>) =>
  new Set(
    (['start', ...states.all] as From<S>[]).flatMap((from) =>
      states.all.filter((to) => states.isLegal(from, to)).map((to) => `${from}→${to}`)
    )
  )

describe('payment states', () => {
  it('allow exactly the arrows of the table', () => {
    expect(legalIn(paymentStates)).toEqual(
      arrowsOf(`start → requires_action, in_review, processing, declined;
        in_review → requires_action, processing, declined, canceled, expired;
        requires_action → processing, declined, canceled, expired;
        processing → requires_capture, succeeded, declined, failed;
        requires_capture → succeeded, canceled, expired`)
    )
  })

  it('end in the five states that no arrow leaves', () => {
    expect([...paymentStates.terminal].sort()).toEqual(['canceled', 'declined', 'expired', 'failed', 'succeeded'])
    expect(paymentStates.isTerminal('requires_capture')).toBe(false)
  })

  it.each(['automatic', 'manual'] as const)('of an authorized %s payment are reached by drawn arrows', (capture) => {
    const last = paymentStates.assertPath('start', authorizedPath(capture))
    expect(last).toBe(capture === 'automatic' ? 'succeeded' : 'requires_capture')
    expect(paymentStates.assertPath('requires_action', authorizedPath(capture))).toBe(last)
  })
})

describe('top-up states', () => {
  it('allow exactly the arrows of the table', () => {
    expect(legalIn(topUpStates)).toEqual(
      arrowsOf(`start → requires_action, in_review, processing, declined;
        in_review → requires_action, processing, declined, canceled;
        requires_action → processing, canceled, expired;
        processing → succeeded, declined, failed`)
    )
  })

  it('end in the five states that no arrow leaves', () => {
    expect([...topUpStates.terminal].sort()).toEqual(['canceled', 'declined', 'expired', 'failed', 'succeeded'])
  })
})

describe('a transition', () => {
  it('that is not drawn is refused with both ends', () => {
    expect(refusalOf(() => paymentStates.assertTransition('succeeded', 'processing'))).toEqual({
      code: 'state_conflict',
      data: { from: 'succeeded', to: 'processing' }
    })
  })

  it('from the start to the start of a later life is refused', () => {
    expect(refusalOf(() => topUpStates.assertTransition('start', 'succeeded')).code).toBe('state_conflict')
  })

  it('to a state of Object.prototype is no transition', () => {
    expect(paymentStates.isLegal('constructor' as 'processing', 'processing')).toBe(false)
    expect(paymentStates.isState('toString')).toBe(false)
  })

  it('path is refused at its first illegal step', () => {
    expect(refusalOf(() => paymentStates.assertPath('start', ['processing', 'expired'])).data).toEqual({
      from: 'processing',
      to: 'expired'
    })
  })

  it('path that is empty stays where it is', () => {
    expect(paymentStates.assertPath('requires_capture', [])).toBe('requires_capture')
  })
})

it('a table with a state that nothing reaches is a mistake found when it is defined', () => {
  expect(() => defineStates<'a' | 'b'>({ start: ['a'], b: ['a'] })).toThrow('no arrow reaches b')
})
