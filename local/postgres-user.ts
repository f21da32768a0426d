import { execFileSync, spawnSync } from 'node:child_process'

export interface PostgresUser {
  readonly uid: number
  readonly gid: number
}

const instead = 'start as another user, or set DATABASE_URL and DATABASE_OWNER_URL'

/**
 * Postgres refuses to run as root: root runs it as the system's user `postgres`, which is made when missing.
 * @returns undefined when we are not root: then it runs as ourselves.
 * @throws {Error} when root cannot make a user here.
 */
export function postgresUser(): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  if (idOf('-u') === undefined) makeUser()
  const uid = idOf('-u')
  const gid = idOf('-g')
  if (!uid || !gid) throw new Error(`Postgres does not run as root, and the user postgres has no usable id: ${instead}`)
  return { uid, gid }
}

/** Whether that user gets to a path: not below a folder that only root may enter, such as `/root`. */
export const canReach = (path: string, user: PostgresUser | undefined): boolean =>
  user === undefined || spawnSync('test', ['-x', path], { ...user, stdio: 'ignore' }).status === 0

function idOf(which: '-u' | '-g'): number | undefined {
  const { status, stdout } = spawnSync('id', [which, 'postgres'], { encoding: 'utf8' })
  return status === 0 ? Number.parseInt(stdout, 10) : undefined
}

function makeUser(): void {
  const shape = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin']
  try {
    execFileSync('useradd', [...shape, 'postgres'], { stdio: 'pipe' })
  } catch (error) {
    throw new Error(`Postgres does not run as root, and no user postgres could be made: ${instead}`, { cause: error })
  }
}
