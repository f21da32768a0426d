import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../../db/migrate.ts'
import { appRole, ensureDatabase } from '../../local/ensure-database.ts'
import { freePorts } from '../../local/free-ports.ts'
import { deleteCluster } from '../../local/fresh.ts'
import { startPostgres, type RunningPostgres } from '../../local/postgres.ts'
import { startTemporal, type RunningTemporal } from '../../local/temporal-server.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { testContext } from '../support/context.ts'
import { cloneDatabase } from '../support/database.ts'
import { insist } from '../support/insist.ts'
import { balances, expectEverythingSettled } from '../support/settled.ts'
import { startTcpProxy, type TcpProxy } from '../../chaos/tcp-proxy.ts'
import { allAmounts, onePayment, twenty } from './twenty.ts'

const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

/** Restarts, retries and Temporal's own timeouts, on a machine that is busy with other tests. */
const FAULT_MS_MAX = 180_000

/** Twenty payments with the fault in their middle: every one succeeds, once, and the books say the same. */
async function expectNothingLost(coffer: Coffer, what: string, fault: () => Promise<void>, temporalAddress?: string) {
  const before = await balances(coffer)
  const { answers, recoveredMs } = await twenty(onePayment(coffer), fault)
  console.log(`${what}: the next process was finished ${Math.round(recoveredMs)} ms after the fault struck`)
  expect(answers.map(({ body }) => body['state'] ?? body)).toEqual(answers.map(() => 'succeeded'))
  const after = await balances(coffer)
  expect(Number(before.wallet - after.wallet)).toBe(allAmounts)
  await expectEverythingSettled(coffer, temporalAddress)
}

/** Twenty at once, again and again, are more than one customer pays in ten minutes. */
const policy = { risk: { payment_velocity: { max: 1_000_000 } } }

describe('In the middle of twenty processes', () => {
  let coffer: Coffer
  let proxy: TcpProxy
  beforeAll(async () => {
    const { hostname, port } = new URL(testContext().superuserUrl)
    proxy = await startTcpProxy({ host: hostname, port: Number(port) })
    const database = await cloneDatabase()
    coffer = await startCoffer({
      policy,
      database,
      workerEnvironment: { DATABASE_URL: proxy.through(database.appUrl) }
    })
    await coffer.fund('customer-a', 500_000)
  }, FAULT_MS_MAX)
  afterAll(async () => {
    await coffer?.stop()
    await proxy?.stop()
  })

  it(
    'an API that is killed and started again answers every client that repeats its request',
    () =>
      expectNothingLost(coffer, 'API killed', async () => {
        await coffer.api.kill9()
        await coffer.api.start()
      }),
    FAULT_MS_MAX
  )

  it(
    'a worker that is killed and started again finishes what it had in hand',
    () =>
      expectNothingLost(coffer, 'worker killed', async () => {
        await coffer.worker.kill9()
        await coffer.worker.start()
      }),
    FAULT_MS_MAX
  )

  it(
    'a connection of the worker to Postgres that is cut at COMMIT, three times, changes nothing',
    () =>
      expectNothingLost(coffer, 'connection cut at COMMIT', async () => {
        for (let cut = 0; cut < 3; cut++) await proxy.dropAnswer({ asked: 'commit', answered: 'COMMIT' })
      }),
    FAULT_MS_MAX
  )

  it(
    'all connections of the worker to Postgres that are reset at once are made again',
    () => expectNothingLost(coffer, 'connections reset', async () => proxy.resetAll()),
    FAULT_MS_MAX
  )

  it(
    'a worker that stands still for longer than its tasks may take wakes up to do no harm',
    () =>
      expectNothingLost(coffer, 'worker paused', async () => {
        coffer.worker.pause()
        // 202 comes after 10 s: the tasks in hand (5 s) have long been given up by then, and the worker knows nothing.
        const order = {
          wallet_id: coffer.customer('customer-b').wallet_id,
          merchant_id: coffer.seeded.seed.merchant_id
        }
        const late = await coffer.service.post('/v1/payments', { ...order, amount: usd(100) })
        coffer.worker.resume()
        expect(late.status).toBe(202)
        expect(late.headers.get('location')).toBe(`/v1/payments/${String(late.body['id'])}`)
        // That wallet is empty.
        await coffer.service.until(`/v1/payments/${String(late.body['id'])}`, ({ state }) => state === 'declined')
      }),
    FAULT_MS_MAX
  )

  it(
    'a bank that is killed and started again has booked each top-up once or never, and our books say the same',
    async () => {
      const { wallet_id, bank_account_id } = coffer.customer('customer-a')
      const before = await balances(coffer)
      const topUp = async () => {
        const key = randomUUID()
        const order = { wallet_id, bank_account_id, amount: usd(1_000) }
        const made = await insist(() => coffer.service.post('/v1/top-ups', order, key))
        return coffer.service.until(`/v1/top-ups/${String(made.body['id'])}`, ({ state }) => state !== 'processing')
      }
      const { answers, recoveredMs } = await twenty(topUp, async () => {
        await coffer.restartSandbox()
        // What was lost is asked about by the plan: in 5 s, or now.
        await coffer.advanceClock(60_000)
      })
      console.log(`bank killed: the next top-up was finished ${Math.round(recoveredMs)} ms after the fault struck`)
      const booked = answers.filter(({ body }) => body['state'] === 'succeeded').length
      // A send that was under way when the bank died may never have reached it, which an inquiry then proves.
      const codes = answers.flatMap(({ body }) => (body['state'] === 'succeeded' ? [] : [body['decline_code']]))
      expect(new Set([...codes, 'bank_not_received'])).toEqual(new Set(['bank_not_received']))
      expect(Number((await balances(coffer)).wallet - before.wallet)).toBe(booked * 1_000)
      await expectEverythingSettled(coffer)
    },
    FAULT_MS_MAX
  )
})

describe('A server of its own, killed (SIGKILL) in the middle of twenty processes and started again', () => {
  let directory = ''
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'coffer-faults-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it(
    'if it is Postgres, forgets nothing that it had committed, and is waited for',
    async () => {
      const [port] = await freePorts(1)
      const options = { directory: join(directory, 'postgres'), port: port!, superuserPassword: 'for-this-test' }
      const start = () => startPostgres(options, join(directory, 'postgres.log'))
      let postgres = await start()
      const database = await ownDatabase(postgres)
      const coffer = await startCoffer({ policy, database })
      try {
        await coffer.fund('customer-a', 100_000)
        await expectNothingLost(coffer, 'Postgres killed', async () => {
          process.kill(postgres.pid, 'SIGKILL')
          await postgres.ended
          postgres = await persistently(start)
        })
      } finally {
        await coffer.stop()
        await postgres.stop()
        deleteCluster(options.directory)
      }
    },
    FAULT_MS_MAX
  )

  it(
    'if it is Temporal, goes on where it was, from the same file',
    async () => {
      const [port] = await freePorts(1)
      const binary = testContext().temporalBinary
      const options = { binary, port: port!, databaseFile: join(directory, 'temporal.db'), namespace: 'default' }
      const start = () => startTemporal(options, join(directory, 'temporal.log'))
      let temporal: RunningTemporal = await start()
      const coffer = await startCoffer({ policy, environment: { TEMPORAL_ADDRESS: temporal.address } })
      try {
        await coffer.fund('customer-a', 100_000)
        const fault = async () => {
          process.kill(temporal.pid, 'SIGKILL')
          await temporal.ended
          temporal = await start()
        }
        await expectNothingLost(coffer, 'Temporal killed', fault, temporal.address)
      } finally {
        await coffer.stop()
        await temporal.stop()
      }
    },
    FAULT_MS_MAX
  )
})

async function ownDatabase({ superuserUrl }: RunningPostgres) {
  const name = 'coffer'
  const urls = await ensureDatabase(superuserUrl, { name, ownerPassword: 'owner-of-test', appPassword: 'app-of-test' })
  await migrate(urls.ownerUrl, appRole)
  return { name, ...urls, drop: async () => undefined }
}

/** Postgres refuses to start until the last process of the one that was killed has noticed, and has ended. */
async function persistently<Started>(start: () => Promise<Started>): Promise<Started> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start()
    } catch (error) {
      if (attempt === 50) throw error
    }
  }
}
