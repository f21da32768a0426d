import { beforeAll, describe, expect, it } from '@jest/globals'
import { fileURLToPath } from 'node:url'
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker, type ReplayWorkerOptions } from '@temporalio/worker'
import { paymentRequestStates } from '../../domain/payment-request.ts'
import { bankLinkStates } from '../../domain/bank-link.ts'
import { concessionStates } from '../../domain/concession.ts'
import { disputeStates } from '../../domain/dispute.ts'
import { bankReturnStates } from '../../domain/bank-return.ts'
import { cardLinkStates } from '../../domain/card-link.ts'
import { depositRecoveryStates } from '../../domain/deposit-recovery.ts'
import { paymentStates } from '../../domain/payment.ts'
import { refundStates } from '../../domain/refund.ts'
import { settlementStates } from '../../domain/settlement.ts'
import { reconciliationStates } from '../../domain/reconciliation.ts'
import { topUpStates } from '../../domain/top-up.ts'
import { withdrawalStates } from '../../domain/withdrawal.ts'
import { bundleWorkflows } from '../../temporal/bundle.ts'
import { dataConverter } from '../../temporal/connection.ts'
import { PUBLISHED_TEST_MASTER_KEY } from '../../temporal/keys.ts'
import { testContext } from '../support/context.ts'
import { readRecordedRuns } from './histories.ts'
import { replayStories } from './stories.ts'

const runs = readRecordedRuns()
const names = [...runs.keys()]
const nameOf = (type: string) => names.find((name) => name.startsWith(`${type}/`))!

// What is planted is complained of at length, as it should be.
beforeAll(() => {
  const logging = { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) }
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging } })
})

async function replay(name: string, workflowBundle: ReplayWorkerOptions['workflowBundle']): Promise<void> {
  const { workflowId, history } = runs.get(name)!
  const converter = dataConverter({ COFFER_MODE: 'test', COFFER_MASTER_KEY: PUBLISHED_TEST_MASTER_KEY })
  await Worker.runReplayHistory({ workflowBundle, dataConverter: converter }, history, workflowId)
}

describe('The workflows of today', () => {
  it.each(names)('take up %s where it was, as it was recorded', async (name) => {
    await replay(name, { codePath: testContext().workflowBundlePath })
  })
})

describe('The recorded runs', () => {
  it('are those of all stories, so that each way to an end is replayed', () => {
    expect(names.sort()).toEqual(replayStories.map(({ name }) => name).sort())
  })

  it.each([
    ['payment', paymentStates.terminal, [] as string[]],
    ['payment-request', paymentRequestStates.terminal, []],
    // Nothing asks the customer to confirm a top-up yet.
    ['top-up', topUpStates.terminal, ['expired']],
    ['withdrawal', withdrawalStates.terminal, []],
    ['bank-link', bankLinkStates.terminal, [] as string[]],
    ['deposit-recovery', depositRecoveryStates.terminal, [] as string[]],
    ['dispute', disputeStates.terminal, [] as string[]],
    ['concession', concessionStates.terminal, [] as string[]],
    ['bank-return', bankReturnStates.terminal, [] as string[]],
    ['card-link', cardLinkStates.terminal, [] as string[]],
    ['refund', refundStates.terminal, [] as string[]],
    ['settlement', settlementStates.terminal, [] as string[]],
    ['reconciliation', reconciliationStates.terminal, [] as string[]]
  ])('of a %s end in each of its terminal states that can be reached', (type, terminal, unreachable) => {
    const ends = names.filter((name) => name.startsWith(`${type}/`)).map((name) => runs.get(name)!.state)
    expect([...new Set(ends)].sort()).toEqual(
      terminal.filter((state) => !unreachable.some((other) => other === state)).sort()
    )
  })
})

describe('A workflow that was changed without patched()', () => {
  let planted: { code: string }
  beforeAll(async () => {
    planted = await bundleWorkflows(fileURLToPath(new URL('./planted.ts', import.meta.url)))
  })

  it.each([
    ['by a timer', 'payment'],
    ['by an activity', 'late-bank-news']
  ])('%s does not replay, which would stop its open runs after a deploy', async (_, type) => {
    await expect(replay(nameOf(type), planted)).rejects.toMatchObject({ name: 'DeterminismViolationError' })
  })

  it('in its file alone, and not in what it does, replays', async () => {
    await replay(nameOf('top-up'), planted)
  })
})
