// npm run histories [-- <workflow type>[/<story>]]: runs every story, or those of one workflow, or one, for real and writes
// the histories down. To be done when a workflow has changed on
// purpose (behind `patched`), or a story was added; what was recorded before stays as long as such runs may be alive.
import { connectClient } from '../../temporal/connection.ts'
import { PUBLISHED_TEST_MASTER_KEY } from '../../temporal/keys.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { testContext } from '../support/context.ts'
import { startTestServers } from '../support/test-servers.ts'
import { writeRecordedRun } from './histories.ts'
import { replayStories } from './stories.ts'

/** Old histories stay as they are while a new process gets its own. */
const asked = process.argv[2] ?? ''
const only = asked === '' || asked.includes('/') ? asked : `${asked}/`

const stopServers = await startTestServers()
try {
  const policy = { bank: { send_timeout_ms: 500, inquiry_timeout_ms: 500 } }
  const coffer = await startCoffer({ masterKey: PUBLISHED_TEST_MASTER_KEY, policy, bankBDelayMs: 500 })
  try {
    await recordAll(coffer)
  } finally {
    await coffer.stop()
  }
} finally {
  await stopServers()
}

async function recordAll(coffer: Coffer): Promise<void> {
  const { temporalAddress, temporalNamespace } = testContext()
  const engine = connectClient({
    COFFER_MODE: 'test',
    COFFER_MASTER_KEY: PUBLISHED_TEST_MASTER_KEY,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: temporalNamespace,
    TEMPORAL_TLS: false
  })
  try {
    await coffer.fund('customer-a', 500_000)
    for (const { name, state, tell } of replayStories.filter(({ name }) => name.startsWith(only))) {
      const workflowId = `${name.split('/')[0]!}/${await tell(coffer)}`
      const run = engine.client.workflow.getHandle(workflowId)
      const ended = (await run.result()) as { readonly state: string }
      if (ended.state !== state) throw new Error(`${name} ended ${ended.state} instead of ${state}`)
      writeRecordedRun(name, workflowId, state, await run.fetchHistory())
      console.log(`${name}: ${state}`)
    }
  } finally {
    await engine.close()
  }
}
