import { setTimeout as pause } from 'node:timers/promises'
import type { Credentials } from '../local/credentials.ts'
import { httpSlice, paymentTarget, post } from './http-load.ts'
import { withInstallation } from './installation.ts'
import { interleave, median } from './slices.ts'

export interface WebhookFigures {
  /** Payments a second while an endpoint and the payer are told of each, over those of which nobody is told. */
  readonly webhook_ratio: number
  readonly payments_told_per_s: number
  readonly payments_untold_per_s: number
  readonly error_rate: number
}

const ROUNDS = 5
const SLICE_S = 6
const CLIENTS = 16
/** In which what a slice left to be told is told, so that the other one does not pay for it. */
const REST_MS = 3_000
/** Nobody looks what there is to tell while this is measured. */
const SILENT = { notifications: { poll_ms: 3_600_000 } }

/** What it costs payments that one endpoint and their payer are told of each: two installations, in slices in turn. */
export const benchWebhooks = (say: (line: string) => void): Promise<WebhookFigures> =>
  withInstallation({}, (telling) => withInstallation(SILENT, (silent) => measure(telling, silent, say)))

async function measure(
  telling: Credentials,
  silent: Credentials,
  say: (line: string) => void
): Promise<WebhookFigures> {
  const url = `${telling.sandbox_url}/webhook-receivers/bench`
  await post(telling, 'webhook-endpoints', { url, types: ['payment.succeeded'] })
  const contenders = Object.entries({ telling, silent }).map(([name, credentials]) => {
    const target = paymentTarget(credentials)
    const run = async (seconds: number) => {
      const slice = await httpSlice(target, CLIENTS, seconds)
      await pause(REST_MS)
      return slice
    }
    return { name, run }
  })
  for (const { run } of contenders) await run(SLICE_S)
  const slices = await interleave(contenders, { rounds: ROUNDS, seconds: SLICE_S, say })
  const [told, untold] = ['telling', 'silent'].map((name) =>
    median(slices.get(name)!.map(({ perSecond }) => perSecond))
  ) as [number, number]
  const all = [...slices.values()].flat()
  const failed = all.reduce((sum, slice) => sum + slice.failed, 0)
  return {
    webhook_ratio: Math.round((100 * told) / untold) / 100,
    payments_told_per_s: Math.round(10 * told) / 10,
    payments_untold_per_s: Math.round(10 * untold) / 10,
    error_rate: failed / (failed + all.reduce((sum, { latenciesMs }) => sum + latenciesMs.length, 0))
  }
}

export const webhookTable = ({ webhook_ratio, ...figures }: WebhookFigures): string[] => [
  `payments a second, ${CLIENTS} clients: ${figures.payments_told_per_s} of which an endpoint and the payer are told, ${figures.payments_untold_per_s} of which nobody is`,
  `the one over the other: ${webhook_ratio} (goal: 0.9)`
]
