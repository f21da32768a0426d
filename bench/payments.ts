import { randomBytes } from 'node:crypto'
import { Client, Connection } from '@temporalio/client'
import type { Credentials } from '../local/credentials.ts'
import { generateSigningKeys } from '../providers/keys.ts'
import { httpSlice, paymentTarget, post, type HttpSlice, type HttpTarget } from './http-load.ts'
import { withInstallation } from './installation.ts'
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
export const benchPayments = (say: (line: string) => void): Promise<PaymentFigures> =>
  withInstallation({}, async (credentials) => {
    const parts: BenchPart[] = []
    try {
      const engineUrl = await startEngine(credentials, parts)
      return await measure(credentials, targetsOf(credentials, engineUrl), say)
    } finally {
      for (const part of parts.reverse()) await part.stop()
    }
  })

async function measure(
  credentials: Credentials,
  targets: Record<Kind, HttpTarget>,
  say: (line: string) => void
): Promise<PaymentFigures> {
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
}

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

function targetsOf(credentials: Credentials, engineUrl: string): Record<Kind, HttpTarget> {
  const payment = paymentTarget(credentials)
  const { body } = payment
  return {
    empty_workflow: { url: `${engineUrl}/empty`, body },
    three_activity_workflow: { url: `${engineUrl}/threeActivities`, body },
    payment
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
async function countOne(credentials: Credentials, { body }: HttpTarget) {
  const { id } = await post(credentials, 'payments', body)
  const connection = await Connection.connect({ address: credentials.temporal_address })
  const { events } = await new Client({ connection }).workflow.getHandle(`payment/${String(id)}`).fetchHistory()
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
