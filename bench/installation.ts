import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Credentials } from '../local/credentials.ts'
import { deleteState } from '../local/fresh.ts'
import { startBenchPart } from './part.ts'

const anyPorts = { PORT: '0', SANDBOX_PORT: '0', POSTGRES_PORT: '0', TEMPORAL_PORT: '0', TEMPORAL_UI_PORT: '0' }

/** A whole Coffer as `npm start` makes it, of its own and new, for as long as `use` takes. @param policy laid over the defaults */
export async function withInstallation<Result>(
  policy: object,
  use: (credentials: Credentials) => Promise<Result>
): Promise<Result> {
  const home = mkdtempSync(join(tmpdir(), 'coffer-bench-'))
  const forget = () => {
    deleteState(home)
    rmSync(home, { recursive: true, force: true })
  }
  process.once('exit', forget)
  const policyFile = join(home, 'policy.json')
  writeFileSync(policyFile, JSON.stringify(policy))
  try {
    const environment = { ...anyPorts, COFFER_HOME: home, COFFER_POLICY: policyFile }
    const installation = await startBenchPart('local/start.ts', environment)
    try {
      return await use(JSON.parse(readFileSync(join(home, 'credentials.json'), 'utf8')) as Credentials)
    } finally {
      await installation.stop()
    }
  } finally {
    process.off('exit', forget)
    forget()
  }
}
