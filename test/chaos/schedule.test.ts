import { describe, expect, it } from '@jest/globals'
import { faults, type FaultName } from '../../chaos/faults.ts'
import { createRandom } from '../../chaos/random.ts'
import { createRecoveries } from '../../chaos/recovery.ts'
import { planSchedule } from '../../chaos/schedule.ts'

const kindOf = (name: FaultName) => faults.find((fault) => fault.name === name)!.kind
const everything = () => true

describe('A schedule of faults', () => {
  it('is the same for the same seed, and another one for another seed', () => {
    const once = planSchedule('a', 400, 'full', everything)
    expect(planSchedule('a', 400, 'full', everything)).toEqual(once)
    expect(planSchedule('b', 400, 'full', everything).faults).not.toEqual(once.faults)
  })

  it('kills a process in 500 of 10,000 faults, and has every fault that there is', () => {
    const { faults: planned } = planSchedule('a', 10_000, 'full', everything)
    expect(planned).toHaveLength(10_000)
    expect(planned.filter(({ fault }) => kindOf(fault) === 'kill')).toHaveLength(500)
    expect(new Set(planned.map(({ fault }) => fault))).toEqual(new Set(faults.map(({ name }) => name)))
    expect(planned.map(({ number }) => number)).toEqual(planned.map((_, index) => index + 1))
  })

  it('breaks nothing that is not there to be broken', () => {
    const { faults: planned } = planSchedule('a', 1_000, 'full', (name) => name !== 'kill-postgres')
    expect(planned.map(({ fault }) => fault)).not.toContain('kill-postgres')
  })
})

describe('Numbers drawn from a seed', () => {
  it('reach both ends of what they may be, and nothing beyond', () => {
    const random = createRandom('a')
    const drawn = new Set(Array.from({ length: 500 }, () => random.between(3, 7)))
    expect([...drawn].sort()).toEqual([3, 4, 5, 6, 7])
  })

  it('of a fork are the same however much its origin has drawn', () => {
    const [one, other] = [createRandom('a'), createRandom('a')]
    other.next()
    expect(other.fork('b').hex(16)).toBe(one.fork('b').hex(16))
  })
})

describe('A recovery', () => {
  it('lasts from the fault to the answer of a request that was sent after it', () => {
    let now = 1_000
    const recoveries = createRecoveries(() => now)
    recoveries.strike('kill-api')
    now = 3_000
    recoveries.answered(900)
    expect(recoveries.worst()).toEqual({})
    now = 7_500
    recoveries.answered(3_500)
    expect(recoveries.worst()).toEqual({ 'kill-api': 6_500 })
    recoveries.back('kill-api', 2_000)
    expect(recoveries.lines()[0]).toMatch(/^kill-api .*6\.5 s of 5 s +itself back in 2\.0 s +above its limit$/)
  })
})
