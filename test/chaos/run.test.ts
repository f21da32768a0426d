import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { runChaosOnce, type ChaosRun } from '../support/chaos.ts'

/** About a minute on two processors that do nothing else. */
const RUN_MS_MAX = 400_000

let run: ChaosRun
beforeAll(async () => {
  run = await runChaosOnce('--size', 'small', '--seed', 'npm test')
}, RUN_MS_MAX)
afterAll(() => run?.drop())

describe('Chaos in its small size: fifteen faults under the traffic of every process', () => {
  it('leaves every oracle holding, and every request with the one effect that was told', () => {
    const { exitCode, said } = run
    expect({ exitCode, said: exitCode === 0 ? '' : said }).toEqual({ exitCode: 0, said: '' })
    expect(said).toContain('all oracles hold')
  })

  it('has killed API, worker and sandbox, by a schedule that is on disk beside what became of it', () => {
    const { faults } = JSON.parse(run.read('schedule.json'))
    const struck = faults.map(({ fault }: { fault: string }) => fault)
    expect(struck).toEqual(expect.arrayContaining(['kill-api', 'kill-worker', 'kill-sandbox']))
    const [slice] = run.lines('progress.jsonl')
    expect(slice).toMatchObject({ slice: 1, faults: faults.length, breaches: [], broken: [] })
  })

  it('has asked for enough to have something to judge', () => {
    const [slice] = run.lines('progress.jsonl') as { acknowledged: number }[]
    expect(slice!.acknowledged).toBeGreaterThan(20)
  })
})
