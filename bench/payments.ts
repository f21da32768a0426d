import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import type { Credentials } from '../local/credentials.ts'
import { generateSigningKeys } from '../providers/keys.ts'
import { httpSlice, type HttpSlice, type HttpTarget } from './http-load.ts'
import { startBenchPart, type BenchPart } from './part.ts'

export interface PaymentFigure {
  readonly per_s: number
  readonly p50_ms: number
  readonly p99_ms: number
}
const kinds = ['empty_workflow', 'three_activity_workflow', 'payment'] as const
type Kind = (typeof kinds)[number]
const clientCounts = [1, 16, 64] as const

export type PaymentFigures = Record<Kind, Record<(typeof clientCounts)[number], PaymentFigure>> & {
  readonly writes_per_payment: number
  readonly events_per_payment: number
  readonly error_rate: number
}

const SLICES = 5
const SLICE_S = 3

/**
 * Payments from balance over HTTP beside empty and three-activity workflows over HTTP: one Temporal server, codec,
 * search attributes and updates on; slices of 3 s in turn, the median slice counts.
 */
export async function benchPayments(say: (line: string) => void): Promise<PaymentFigures> {
  const home = mkdtempSync(join(tmpdir(), 'coffer-bench-'))
  const parts: BenchPart[] = []
  try {
    const installation = await startBenchPart('local/start.ts', { ...anyPorts, COFFER_HOME: home })
    parts.push(installation)
    const credentials = JSON.parse(readFileSync(join(home, 'credentials.json'), 'utf8')) as Credentials
    const engineUrl = await startEngine(credentials, parts)
    const targets = targetsOf(credentials, engineUrl)
    for (const kind of kinds) await httpSlice(targets[kind], 16, 2)
    const figures = {} as Record<Kind, Record<number, PaymentFigure>>
    let sent = 0
    let failed = 0
    for (const clients of clientCounts) {
      const slices: Record<Kind, HttpSlice[]> = { empty_workflow: [], three_activity_workflow: [], payment: [] }
      for (let round = 1; round <= SLICES; round++) {
        for (const kind of kinds) slices[kind].push(await httpSlice(targets[kind], clients, SLICE_S))
        say(`payments over HTTP, ${clients} clients: slice ${round} of ${SLICES}`)
      }
      for (const kind of kinds) {
        const figure = figureOf(slices[kind])
        figures[kind] = { ...figures[kind], [clients]: figure }
        sent += slices[kind].reduce((sum, slice) => sum + slice.latenciesMs.length + slice.failed, 0)
        failed += slices[kind].reduce((sum, slice) => sum + slice.failed, 0)
      }
    }
    const counted = await countOne(credentials, targets.payment)
    return { ...(figures as PaymentFigures), ...counted, error_rate: failed / sent }
  } finally {
    for (const part of parts.reverse()) await part.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

const anyPorts = { PORT: '0', SANDBOX_PORT: '0', POSTGRES_PORT: '0', TEMPORAL_PORT: '0', TEMPORAL_UI_PORT: '0' }

async function startEngine({ temporal_address, database_url }: Credentials, parts: BenchPart[]): Promise<string> {
  const environment = {
    COFFER_MODE: 'test',
    PORT: '0',
    DATABASE_URL: database_url,
    TEMPORAL_ADDRESS: temporal_address,
    TEMPORAL_TASK_QUEUE: 'bench',
    COFFER_MASTER_KEY: randomBytes(32).toString('hex'),
    COFFER_ID_SALT: randomBytes(16).toString('hex'),
    PROVIDER_URL: 'http://127.0.0.1:9',
    PROVIDER_SIGNING_KEY: generateSigningKeys().privateKey,
    CALLBACK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    LOG_LEVEL: 'silent'
  }
  parts.push(await startBenchPart('bench/engine-worker.ts', environment))
  const api = await startBenchPart('bench/engine-api.ts', environment)
  parts.push(api)
  return api.said
}

function targetsOf({ api_url, keys, seed }: Credentials, engineUrl: string): Record<Kind, HttpTarget> {
  const bench = seed.customers.find(({ policy }) => policy === 'unlimited')!
  const body = {
    wallet_id: bench.wallet_id,
    merchant_id: seed.merchant_id,
    amount: { amount: '100', currency: 'USD' }
  }
  return {
    empty_workflow: { url: `${engineUrl}/empty`, body },
    three_activity_workflow: { url: `${engineUrl}/threeActivities`, body },
    payment: {
      url: `${api_url}/v1/payments`,
      token: keys.service,
      body,
      isGood: ({ state }) => state === 'succeeded'
    }
  }
}

function figureOf(slices: readonly HttpSlice[]): PaymentFigure {
  const latencies = slices.flatMap(({ latenciesMs }) => latenciesMs).sort((a, b) => a - b)
  const perSecond = slices.map((slice) => slice.perSecond).sort((a, b) => a - b)
  const at = (share: number) => round(latencies[Math.floor(latencies.length * share)] ?? Number.NaN)
  return { per_s: round(perSecond[perSecond.length >> 1]!), p50_ms: at(0.5), p99_ms: at(0.99) }
}

const round = (value: number): number => Math.round(value * 10) / 10

/** Server writes as a write per transaction of the history service: the start, each task twice, timers, signals, and events, of one payment's history. */
async function countOne({ temporal_address }: Credentials, { url, token, body }: HttpTarget) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomBytes(8).toString('hex'),
      authorization: `Bearer ${token}`
    },
    body: JSON.stringify(body)
  })
  const { id } = (await response.json()) as { id: string }
  const connection = await Connection.connect({ address: temporal_address })
  const { events } = await new Client({ connection }).workflow.getHandle(`payment/${id}`).fetchHistory()
  await connection.close()
  const count = (name: string) => events!.filter((event) => name in event && event[name as never] !== null).length
  const writes =
    1 +
    2 * count('workflowTaskCompletedEventAttributes') +
    2 * count('activityTaskScheduledEventAttributes') +
    count('timerFiredEventAttributes') +
    count('workflowExecutionSignaledEventAttributes')
  return { writes_per_payment: writes, events_per_payment: events!.length }
}
