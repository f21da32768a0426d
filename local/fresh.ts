import { realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Only what we make ourselves: `COFFER_HOME` may be a folder that holds more. */
const state = ['temporal', 'sandbox', 'logs', 'workflow-bundle', 'programs', 'secrets.json', 'credentials.json']

/** Forgets everything; to be called by whoever holds the lock, with no part running. */
export function deleteState(home: string): void {
  deleteCluster(join(home, 'postgres'))
  for (const name of state) rmSync(join(home, name), { recursive: true, force: true })
}

/** Follows the link that stands for a cluster elsewhere, see `folderWithinReach`. */
export function deleteCluster(folder: string): void {
  try {
    rmSync(realpathSync(folder), { recursive: true, force: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  rmSync(folder, { recursive: true, force: true })
}
