// npm test: jest as the project needs it, with whatever arguments were given. Its last line is `N passed, N failed`.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const jest = createRequire(import.meta.url).resolve('jest/bin/jest')
// Jest loads ES modules through node:vm, which Node calls experimental at every start.
const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
const child = spawn(process.execPath, [jest, ...process.argv.slice(2)], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
  env: { ...process.env, NODE_OPTIONS: [process.env.NODE_OPTIONS, ...options].filter(Boolean).join(' ') }
})
// The terminal sends these to jest as well, which then stops its servers; its end is waited for.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => process.exit(code ?? 1))
