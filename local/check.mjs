// npm run check: the only gate. Everything is run, whatever failed before; the tests come last, and so does their line.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const steps = ['types', 'lint', 'imports', 'unused', 'format:check', 'test']
const root = fileURLToPath(new URL('..', import.meta.url))
const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']

const failed = steps.filter((step) => {
  const startedAt = performance.now()
  console.log(`\n=== ${step}`)
  const [command, ...args] = [...npm, 'run', '--silent', step]
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (step !== 'test') {
    console.log(
      `=== ${step}: ${status === 0 ? 'ok' : 'FAILED'} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`
    )
  }
  return status !== 0
})
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}`)
  process.exit(1)
}
