import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  chmodSync,
  symlinkSync
} from 'node:fs'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { canReach, type PostgresUser } from './postgres-user.ts'

/** Where things go that the user postgres has to reach when the project lies where only root may enter. */
const commonPlace = '/var/lib/coffer'

/**
 * The folder itself, or a copy of it where the user can run its programs. The copy is named after the folder's path
 * and age, and made under another name first, so that it is whole or absent.
 */
export function programsWithinReach(folder: string, user: PostgresUser | undefined): string {
  if (canReach(folder, user)) return folder
  const { mtimeMs } = lstatSync(folder)
  const copy = join(
    commonPlace,
    `programs-${createHash('sha256').update(`${folder} ${mtimeMs}`).digest('hex').slice(0, 16)}`
  )
  if (existsSync(copy)) return copy
  const unfinished = newFolder('unfinished-')
  cpSync(folder, unfinished, { recursive: true, verbatimSymlinks: true })
  renameSync(unfinished, copy)
  return copy
}

/** Makes the folder, or a link of that name to a folder that the user can enter; answers where it really is. */
export function folderWithinReach(folder: string, user: PostgresUser | undefined): string {
  if (existsSync(folder)) return realpathSync(folder)
  mkdirSync(dirname(folder), { recursive: true, mode: 0o711 })
  if (canReach(dirname(folder), user)) mkdirSync(folder, { mode: 0o711 })
  else symlinkSync(newFolder('data-'), folder)
  return realpathSync(folder)
}

function newFolder(prefix: string): string {
  mkdirSync(commonPlace, { recursive: true, mode: 0o755 })
  const folder = mkdtempSync(join(commonPlace, prefix))
  chmodSync(folder, 0o755)
  return folder
}
