import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { crashPoints } from '../../activities/crash-points.ts'
import { waitUntil } from '../../local/wait-until.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { balances, expectEverythingSettled } from '../support/settled.ts'
import { stepOf, storyOf } from './crash-stories.ts'

/** Each has a Coffer of its own, whose worker dies once a point; the points are shared out among them. */
const LANES = 3
/** How often each point is passed: once in `npm test`, ten times in a long run. */
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 1)
/** Temporal gives a dead worker's task away after 5 s; the rest is starting workers on a busy machine. */
const POINT_MS_MAX = 60_000

/** A payment's are passed in every run: all other processes share its mechanisms. */
const points = pointsOfTheDay(
  crashPoints.filter((point) => storyOf(point) !== undefined),
  'payment.'
)
/** One customer does in minutes what others do in a year. */
const unjudged = {
  risk: { payment_velocity: { max: 1_000_000 }, structuring: { threshold_usd: '100000000000' } }
}
const crashes = new Map<string, Promise<unknown>>()
const coffers: Coffer[] = []

beforeAll(async () => {
  coffers.push(...(await Promise.all(Array.from({ length: LANES }, () => startCoffer({ policy: unjudged })))))
  await Promise.all(coffers.map((coffer) => coffer.fund('customer-a', 900_000)))
  await Promise.all(coffers.map((coffer) => coffer.fund('bench', 100_000)))
  const rounds = Array.from({ length: ROUNDS }, () => interleaved(points)).flat()
  coffers.forEach((coffer, lane) =>
    crashAtAll(
      coffer,
      rounds.filter((_, index) => index % LANES === lane)
    )
  )
}, LANES * POINT_MS_MAX)
afterAll(async () => {
  await Promise.allSettled(crashes.values())
  await Promise.all(coffers.map((coffer) => coffer.stop()))
}, LANES * POINT_MS_MAX)

describe('A worker killed (SIGKILL)', () => {
  it.each(points)(
    'at %s is started again, and everything ends as if nothing had happened',
    async (point) => {
      await crashes.get(point)
    },
    POINT_MS_MAX * points.length * ROUNDS
  )
})

describe('The crash points', () => {
  it('are each driven by a story, so that none is named in vain', () => {
    expect(crashPoints.filter((point) => storyOf(point) === undefined)).toEqual([])
  })

  it('refuse a name that is not among them, so that no test passes by never crashing', async () => {
    await Promise.allSettled(crashes.values())
    const { worker } = coffers[0]!
    await worker.stop()
    await expect(worker.start({ CRASH_AT: 'payment.authorize/never' })).rejects.toThrow('there is no crash point')
  })
})

/** Neighbours are of different steps: a worker that finishes one may then already wait to die at the next. */
function interleaved(all: readonly string[]): string[] {
  const seen = new Map<string, number>()
  const turns = all.map((point) => {
    const turn = seen.get(stepOf(point)) ?? 0
    seen.set(stepOf(point), turn + 1)
    return { point, turn }
  })
  return turns.sort((a, b) => a.turn - b.turn).map(({ point }) => point)
}

/** One after the other; one that fails does not keep the next from being tried. */
function crashAtAll(coffer: Coffer, lane: readonly string[]): void {
  let armedFor: string | undefined
  let before: Promise<unknown> = Promise.resolve()
  lane.forEach((point, index) => {
    const crash = before.then(async () => {
      const next = lane[index + 1]
      const armed = armedFor === point
      armedFor = next !== undefined && !mayPass(point, next) ? next : undefined
      await crashAt(coffer, point, armed, armedFor)
    })
    before = crash.catch(() => (armedFor = undefined))
    crashes.set(point, Promise.all([crashes.get(point), crash]))
    crashes.get(point)!.catch(() => undefined)
  })
}

/** Whether finishing what died at the one comes by the other. */
const mayPass = (point: string, next: string): boolean =>
  [stepOf(point), ...(storyOf(point)!.passes ?? [])].includes(stepOf(next))

async function crashAt(coffer: Coffer, point: string, armed: boolean, next: string | undefined): Promise<void> {
  const { worker } = coffer
  const story = storyOf(point)!
  if (!armed || !worker.running) {
    await worker.stop()
    await worker.start({ CRASH_AT: point })
  }
  const before = await balances(coffer)
  const prepared = (await story.prepare?.(coffer)) ?? ''
  const key = randomUUID()
  const answering = story.drive(coffer, key, prepared)
  answering.catch(() => undefined)
  await waitUntil(() => !worker.running, { limitMs: 40_000, otherwise: `${point}: nothing came by` })
  expect({ point, endedBy: worker.endedBy }).toEqual({ point, endedBy: 'SIGKILL' })
  await worker.start(next === undefined ? {} : { CRASH_AT: next })

  const { status, body } = await answering
  expect({ point, status, state: body['state'] }).toEqual({ point, status: story.status, state: story.answers })
  const id = String(body['id'])
  await story.hasten?.(coffer)
  await waitUntil(async () => (await coffer.service.get(`${story.path}/${id}`)).body['state'] === story.ends, {
    limitMs: 60_000,
    otherwise: `${point}: ${id} did not become ${story.ends}`
  })
  expect({ point, history: await historyOf(coffer, id) }).toEqual({ point, history: story.history })
  const after = await balances(coffer)
  const moved = { paid: Number(before.wallet - after.wallet), earned: Number(after.merchant - before.merchant) }
  expect({ point, ...moved }).toEqual({ point, paid: story.paid, earned: story.earned })
  expect((await story.drive(coffer, key, prepared)).body).toEqual(body)
  await expectEverythingSettled(coffer)
  await story.tidyUp?.(coffer, id)
}

async function historyOf({ db }: Coffer, id: string): Promise<string[]> {
  const rows = await db
    .selectFrom('event')
    .select('type')
    .where('object_id', '=', id)
    .orderBy('object_version')
    .execute()
  return rows.map(({ type }) => type)
}
