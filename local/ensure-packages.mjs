// Runs before `npm start` and `npm test` on a clone that may hold nothing yet, so it uses no package, and no syntax
// that an old Node cannot read: it is here to say that the Node is too old.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

assertNodeVersion()
if (isStale()) install()

function assertNodeVersion() {
  const [, wanted] = /(\d+\.\d+)/.exec(readJson('package.json').engines.node)
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number)
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return
  console.error(`Coffer needs Node ${wanted} or newer; this is ${process.versions.node}.`)
  process.exit(1)
}

/** Whether what npm noted of its last install differs from the lock file. */
function isStale() {
  if (!existsSync('node_modules/.package-lock.json')) return true
  const locked = readJson('package-lock.json').packages
  const installed = readJson('node_modules/.package-lock.json').packages
  const isMissing = ([path, { optional, version }]) =>
    path !== '' && (installed[path] === undefined ? !optional : installed[path].version !== version)
  return Object.entries(locked).some(isMissing) || Object.keys(installed).some((path) => locked[path] === undefined)
}

/** With the npm that runs us, if one does. */
function install() {
  console.log('Installing packages: they are missing or not those of package-lock.json')
  const npm = process.env.npm_execpath
  const [command, ...args] = npm ? [process.execPath, npm, 'ci'] : ['npm', 'ci']
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  if (status === 0) return
  console.error('The packages could not be installed: npm ci says why above.')
  process.exit(1)
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
