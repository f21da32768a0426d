import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandLineOf } from './processes.ts'
import type { PostgresUser } from './postgres-user.ts'

/**
 * Makes a cluster in the folder `data` unless there is one. It is made under another name and renamed at the end: a
 * cluster that exists is whole, even if we were killed in the middle.
 */
export function ensureCluster(initdb: string, data: string, superuserPassword: string, user?: PostgresUser): void {
  if (existsSync(data)) return forgetDeadPostmaster(data)
  const unfinished = `${data}.unfinished`
  const passwordFile = `${data}.password`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  writeFileSync(passwordFile, superuserPassword, { mode: 0o600 })
  try {
    if (user) for (const path of [unfinished, passwordFile]) chownSync(path, user.uid, user.gid)
    runInitdb(initdb, unfinished, passwordFile, user)
    renameSync(unfinished, data)
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

function runInitdb(initdb: string, directory: string, passwordFile: string, user?: PostgresUser): void {
  const args = [
    ...['-D', directory, '--username=postgres', `--pwfile=${passwordFile}`],
    // The built-in locale sorts text the same way on every machine.
    ...[
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8'
    ]
  ]
  const env = { PATH: process.env.PATH, LC_ALL: 'C' }
  const { status, stderr, error } = spawnSync(initdb, args, { ...user, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`initdb failed: ${error?.message ?? stderr}`)
}

/**
 * After a kill -9 its lock file stays. Postgres overlooks it when no process has that number any more, but after a
 * restart of the machine or a container any process may have it; such a lock is removed here.
 */
function forgetDeadPostmaster(data: string): void {
  const lock = join(data, 'postmaster.pid')
  if (!existsSync(lock)) return
  const [pid = ''] = readFileSync(lock, 'utf8').split('\n')
  if (!commandLineOf(Number(pid))?.includes('postgres')) rmSync(lock, { force: true })
}
