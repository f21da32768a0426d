import { randomBytes } from 'node:crypto'
import { connect, type DatabaseHandle } from '../../db/connect.ts'
import { idOf, type IdByPrefix, type IdPrefix } from '../../domain/ids.ts'
import { createVault, type Vault } from '../../store/vault.ts'
import { cloneDatabase, type ClonedDatabase } from '../support/database.ts'

export interface StoreUnderTest extends Pick<DatabaseHandle, 'db' | 'pool'> {
  /** The owner's connection: what an operator with SQL could do. */
  readonly owner: DatabaseHandle
  readonly database: ClonedDatabase
  readonly vault: Vault
  stop(): Promise<void>
}

/** A migrated database of one's own, as the application's role and as its owner. */
export async function openStore(): Promise<StoreUnderTest> {
  const database = await cloneDatabase()
  const app = connect({ url: database.appUrl, poolMax: 8 })
  const owner = connect({ url: database.ownerUrl, poolMax: 2 })
  const stop = async () => {
    await app.close()
    await owner.close()
    await database.drop()
  }
  return { db: app.db, pool: app.pool, owner, database, vault: createVault(randomBytes(32)), stop }
}

export const newId = <P extends IdPrefix>(prefix: P): IdByPrefix[P] =>
  idOf(prefix, `${prefix}_${randomBytes(16).toString('hex')}`)
