// npm start: everything that Coffer needs, on this machine.
import { ensurePrograms } from './builds.ts'
import { runSupervisor } from './run-supervisor.ts'
import { seed } from './seed.ts'

try {
  await runSupervisor({ programs: ensurePrograms, seed })
  process.exit(0)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
