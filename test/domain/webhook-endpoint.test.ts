import { describe, expect, it } from '@jest/globals'
import { webhook } from '../../domain/policy/webhook.ts'
import { nextAttemptAtMs, pathTo } from '../../domain/webhook-endpoint.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

describe('An event that was not taken', () => {
  it('is tried after 1, 5, 10, 30 minutes and 2 hours, then every 6 hours until 3 days are over', () => {
    const attempts: number[] = []
    for (let at = nextAttemptAtMs(0, webhook); at !== undefined; at = nextAttemptAtMs(at, webhook)) attempts.push(at)
    expect(attempts.slice(0, 7)).toEqual([
      MINUTE_MS,
      5 * MINUTE_MS,
      10 * MINUTE_MS,
      30 * MINUTE_MS,
      2 * HOUR_MS,
      8 * HOUR_MS,
      14 * HOUR_MS
    ])
    expect(attempts.at(-1)).toBe(72 * HOUR_MS)
    expect(attempts).toHaveLength(17)
  })
})

describe('The record of an endpoint', () => {
  it('follows what was decided over drawn arrows alone', () => {
    expect(pathTo(undefined, 'enabled')).toEqual(['enabled'])
    expect(pathTo(undefined, 'deleted')).toEqual(['enabled', 'deleted'])
    expect(pathTo('enabled', 'enabled')).toEqual([])
    expect(pathTo('disabled', 'enabled')).toEqual(['enabled'])
    expect(pathTo('deleted', 'enabled')).toEqual([])
  })
})
