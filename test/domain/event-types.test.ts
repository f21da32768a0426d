import { describe, expect, it } from '@jest/globals'
import { dataFor, toWireEvent } from '../../domain/event-data.ts'
import { allEventTypes, eventTypes, isTypeFilter, isWanted } from '../../domain/event-types.ts'
import { createRecordWrite } from '../../activities/record-write.ts'
import { topUpStates, type TopUpState } from '../../domain/top-up.ts'

describe('the catalogue of events', () => {
  it('names each as an object and what became of it, and says it in a sentence', () => {
    for (const type of allEventTypes) expect(type).toMatch(/^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$/)
    for (const sentence of Object.values(eventTypes)) expect(sentence).toMatch(/^\p{Lu}.*\.$/u)
  })

  it('is chosen from by types and by whole objects', () => {
    expect(isWanted('payment.succeeded', ['refund.*', 'payment.succeeded'])).toBe(true)
    expect(isWanted('payment.succeeded', ['payment.*'])).toBe(true)
    expect(isWanted('payment_request.paid', ['payment.*'])).toBe(false)
    expect(isWanted('payment.succeeded', ['payment.sent'])).toBe(false)
    expect(isWanted('payment.succeeded', [])).toBe(false)
  })

  it.each(['payment.paid', 'payment', '*', '.*', 'pay.*', 'payment.s*', 'payment.*.*', ''])(
    'has nothing called %j',
    (text) => expect(isTypeFilter(text)).toBe(false)
  )
})

describe('the writer of a record', () => {
  const write = createRecordWrite({
    kind: 'top-up',
    states: topUpStates,
    owners: () => ({}),
    view: () => ({}),
    row: () => ({})
  })
  const topUp = { id: 'top_1', state: 'processing' as TopUpState, version: 1 }

  it('takes no step without an event, and none with another process’s', () => {
    expect(() => write(topUp, topUp, [])).toThrow(TypeError)
    expect(() => write(topUp, topUp, [], { event: 'payment.sent' })).toThrow(TypeError)
    expect(write(topUp, topUp, [], { event: 'top_up.sent' }).crossed[0]!.type).toBe('top_up.sent')
    expect(write(topUp, topUp, ['succeeded']).crossed[0]!.type).toBe('top_up.succeeded')
  })
})

describe('what an event carries', () => {
  it('is the same for everyone, but for what a bank took back from a merchant’s payer', () => {
    const payment = { object: 'payment', id: 'pay_1', returned: { amount: '100', currency: 'USD' } }
    expect(dataFor('merchant', payment)).toEqual({ object: 'payment', id: 'pay_1' })
    for (const reader of ['customer', 'service', 'operator']) expect(dataFor(reader, payment)).toEqual(payment)
    const settlement = { ...payment, object: 'settlement' }
    expect(dataFor('merchant', settlement)).toEqual(settlement)
    const event = { id: `evt_${'1'.repeat(32)}`, type: 'payment.refunded', createdAt: new Date(0), data: payment }
    const told = { id: event.id, object: 'event', type: event.type, created_at: '1970-01-01T00:00:00.000Z' }
    expect(toWireEvent('merchant', event)).toEqual({ ...told, data: { object: 'payment', id: 'pay_1' } })
    expect(toWireEvent('service', event)).toEqual({ ...told, data: payment })
  })
})
