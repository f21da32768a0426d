// npm run verify: whether everything that has to hold holds. Exit code 0 yes, 1 a breach, 2 unknown (a read failed).
import { resolve } from 'node:path'
import { loadVerifyConfig } from '../config.ts'
import { connect } from '../db/connect.ts'
import { readCredentials } from '../local/credentials.ts'
import { readJournal } from '../providers/bank-journal.ts'
import { linesOf } from './verify/report.ts'
import { runOracles } from './verify/run-oracles.ts'
import { runningWorkflows } from './verify/running-workflows.ts'

const exitCodes = { holds: 0, breached: 1, unknown: 2 } as const

try {
  process.exitCode = exitCodes[await verify()]
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = exitCodes.unknown
}

async function verify() {
  const config = loadVerifyConfig()
  const local = config.DATABASE_URL === undefined ? readCredentials(resolve(config.COFFER_HOME)) : undefined
  const databaseUrl = config.DATABASE_URL ?? local?.database_url
  if (databaseUrl === undefined) throw new Error('Nothing to verify: run npm start first, or set DATABASE_URL')
  const sandboxUrl = config.SANDBOX_URL ?? local?.sandbox_url
  const adminKey = config.SANDBOX_ADMIN_KEY ?? local?.sandbox_admin_key
  const temporalAddress = config.TEMPORAL_ADDRESS ?? local?.temporal_address

  // Reading a large installation whole takes longer than any statement of the product may.
  const database = connect({ url: databaseUrl, poolMax: 2, applicationName: 'coffer-verify', queryTimeoutMs: 600_000 })
  const temporal = temporalAddress === undefined ? undefined : runningWorkflows(temporalAddress, config)
  try {
    const report = await runOracles({
      db: database.db,
      readJournal: sandboxUrl && adminKey ? (bank) => readJournal(sandboxUrl, adminKey, bank) : undefined,
      listWorkflows: temporal?.listWorkflows,
      listFailing: temporal?.listFailing,
      listSchedules: temporal?.listSchedules
    })
    for (const line of linesOf(report)) console.log(line)
    if (!sandboxUrl || !adminKey)
      console.log("O4           left out: set SANDBOX_URL and SANDBOX_ADMIN_KEY for the banks' journals")
    if (!temporal) console.log('O7           its live half left out: set TEMPORAL_ADDRESS')
    console.log(report.verdict === 'holds' ? 'Everything holds.' : `Verdict: ${report.verdict}`)
    return report.verdict
  } finally {
    await Promise.all([database.close(), temporal?.close()])
  }
}
