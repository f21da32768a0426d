import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { ConnectedClient } from '../../temporal/connection.ts'
import { ensureNamespace, keepNamespaceReady } from '../../temporal/namespace.ts'
import { ensureSchedule, removeSchedule, type ScheduleWanted } from '../../temporal/schedules.ts'
import { ensureSearchAttributes } from '../../temporal/search-attributes.ts'
import { accessForTests, connectClient } from './support.ts'

let connected: ConnectedClient

beforeAll(() => {
  connected = connectClient(accessForTests())
})

afterAll(() => connected.close())

const attributesOf = async (namespace: string) =>
  (await connected.connection.operatorService.listSearchAttributes({ namespace })).customAttributes

describe('the namespace', () => {
  it('is made when missing, with the search attributes, and left alone when there', async () => {
    const namespace = `test-${randomUUID()}`
    const keeper = keepNamespaceReady({ connection: connected.connection, namespace, retryMs: 50 })
    await keeper.firstRound
    await keeper.stop()
    const made = await attributesOf(namespace)
    expect(Object.keys(made)).toEqual(expect.arrayContaining(['CustomerRef', 'DeadlineAt', 'ProcessState', 'Rail']))
    await ensureNamespace(connected.connection, namespace)
    await ensureSearchAttributes(connected.connection, namespace)
    expect(await attributesOf(namespace)).toEqual(made)
  })

  it('takes its search attributes from two processes at once', async () => {
    const namespace = connected.client.options.namespace
    const ensure = () => ensureSearchAttributes(connected.connection, namespace)
    await expect(Promise.all([ensure(), ensure(), ensure()])).resolves.toHaveLength(3)
  })

  it('is ready only when what the caller adds has succeeded, and is kept ready after that', async () => {
    const { connection, client } = connected
    let rounds = 0
    const failures: unknown[] = []
    const threeRounds = new Promise<void>((resolve) => {
      const keeper = keepNamespaceReady({
        connection,
        namespace: client.options.namespace,
        everyMs: 1,
        retryMs: 1,
        onReady: async () => {
          rounds++
          if (rounds === 1) throw new Error('not yet')
          if (rounds === 3) void keeper.stop().then(resolve)
        },
        onFailure: (error) => failures.push(error)
      })
    })
    await threeRounds
    expect(rounds).toBe(3)
    expect(failures).toEqual([new Error('not yet')])
  })

  it('goes on being looked for while Temporal is away, and stops when told', async () => {
    const away = connectClient(accessForTests({ TEMPORAL_ADDRESS: '127.0.0.1:1' }))
    const { connection } = away
    await new Promise<void>((resolve) => {
      const onFailure = () => void keeper.stop().then(resolve)
      const keeper = keepNamespaceReady({ connection, namespace: 'any', roundMs: 200, onFailure })
    })
    await away.close()
  })
})

describe('a Schedule', () => {
  const wanted: ScheduleWanted = {
    scheduleId: `sweep-${randomUUID()}`,
    everyMs: 30_000,
    workflowType: 'sweep',
    taskQueue: 'nobody-polls',
    args: ['a word'],
    overlap: 'SKIP',
    catchupWindowMs: 60_000,
    note: 'sweeps'
  }

  afterAll(() => connected.client.schedule.getHandle(wanted.scheduleId).delete())

  it('is made once, by however many ask, and changed when something else is wanted', async () => {
    const { client } = connected
    const outcomes = await Promise.all([1, 2, 3].map(() => ensureSchedule(client, wanted)))
    expect(outcomes.filter((outcome) => outcome === 'made')).toHaveLength(1)
    expect(await ensureSchedule(client, wanted)).toBe('unchanged')

    const handle = client.schedule.getHandle(wanted.scheduleId)
    await handle.pause('an operator looks')
    expect(await ensureSchedule(client, { ...wanted, everyMs: 60_000 })).toBe('changed')
    const found = await handle.describe()
    expect(found.spec.intervals).toEqual([expect.objectContaining({ every: 60_000 })])
    expect(found.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 60_000 })
    expect(found.state.paused).toBe(true)
    expect(found.action.args).toEqual(['a word'])
  })

  it('of weekdays fires at a time of day in a zone, and is taken away when nobody wants it', async () => {
    const { client } = connected
    const { everyMs: _, ...rest } = wanted
    const scheduleId = `settlement-day-${randomUUID()}`
    const daily = { ...rest, scheduleId, weekdays: { time: '16:00', zone: 'Europe/Berlin' } }
    expect(await ensureSchedule(client, daily)).toBe('made')
    expect(await ensureSchedule(client, daily)).toBe('unchanged')
    const later = { ...daily, weekdays: { time: '17:30', zone: 'Europe/Berlin' } }
    expect(await ensureSchedule(client, later)).toBe('changed')
    const { spec } = await client.schedule.getHandle(scheduleId).describe()
    expect(spec).toMatchObject({
      timezone: 'Europe/Berlin',
      calendars: [{ hour: [{ start: 17 }], minute: [{ start: 30 }] }]
    })
    await removeSchedule(client, scheduleId)
    await removeSchedule(client, scheduleId)
    expect(await ensureSchedule(client, daily)).toBe('made')
    await removeSchedule(client, scheduleId)
  })

  it('is looked after when it was deleted', async () => {
    const { client } = connected
    const scheduleId = `sweep-${randomUUID()}`
    await ensureSchedule(client, { ...wanted, scheduleId })
    await client.schedule.getHandle(scheduleId).delete()
    expect(await ensureSchedule(client, { ...wanted, scheduleId })).toBe('made')
    await client.schedule.getHandle(scheduleId).delete()
  })
})
