import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { policyHash } from '../../api/routes/policies.ts'
import { defaultPolicy, mergePolicy } from '../../domain/policy/index.ts'
import { isSuspended } from '../../store/kill-switches.ts'
import { keyFor, startApi, type ApiUnderTest } from './api-under-test.ts'

let api: ApiUnderTest
let admin: string
beforeAll(async () => {
  api = await startApi({ policyOver: { payment: { hold_ms: 1_000 } } })
  admin = await keyFor(api, 'admin')
})
afterAll(() => api.stop())

const turn = (body: object) => api.http.put('/v1/policies/kill-switches').set('Authorization', admin).send(body)

describe('the policy', () => {
  it('is shown as it holds, with a hash that depends on the values only', async () => {
    const { body } = await api.http.get('/v1/policies').set('Authorization', admin)
    expect(body.values).toEqual(JSON.parse(JSON.stringify(api.deps.policy)))
    expect(body.values.payment.hold_ms).toBe(1_000)
    expect(body.hash).toBe(policyHash(mergePolicy({ payment: { hold_ms: 1_000 } })))
    expect(body.hash).not.toBe(policyHash(defaultPolicy))
  })
})

describe('a kill switch', () => {
  it('suspends one rail, or all of them, until it is turned back, and is audited', async () => {
    const suspended = () => Promise.all(['bank-a', 'bank-b'].map((rail) => isSuspended(api.deps.db, 'top-up', rail)))
    expect(await suspended()).toEqual([false, false])
    expect((await turn({ process: 'top-up', rail: 'bank-a', on: true })).body).toMatchObject({
      rail: 'bank-a',
      on: true
    })
    expect(await suspended()).toEqual([true, false])
    await turn({ process: 'top-up', on: true })
    expect(await suspended()).toEqual([true, true])
    await turn({ process: 'top-up', on: false })
    expect(await suspended()).toEqual([true, false])
    expect(await isSuspended(api.deps.db, 'payment', 'bank-a')).toBe(false)
    const { body } = await api.http.get('/v1/policies').set('Authorization', admin)
    expect(body.kill_switches).toMatchObject([
      { process: 'top-up', rail: null, on: false },
      { process: 'top-up', rail: 'bank-a', on: true, changed_by: expect.stringMatching(/^opr_/) }
    ])
    const log = await api.http.get('/v1/audit-log?action=kill_switch.changed').set('Authorization', admin)
    expect(log.body.data.map(({ on, data }: { on: string; data: object }) => [on, data])).toEqual([
      ['top-up', { on: false }],
      ['top-up', { on: true }],
      ['top-up/bank-a', { on: true }]
    ])
  })

  it('of a process that does not exist is refused: it would switch nothing', async () => {
    expect((await turn({ process: 'topup', on: true })).status).toBe(400)
    expect((await turn({ process: 'top-up', rail: '', on: true })).status).toBe(400)
  })
})
