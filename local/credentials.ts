import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { writePrivately } from './secrets.ts'

/** API keys by the role of who holds them. */
export interface OperatorKeys {
  readonly service: string
  readonly merchant: string
  readonly support: string
  readonly reviewer: string
  readonly reviewer_2: string
  readonly finance: string
  readonly finance_2: string
  readonly admin: string
}

export interface SeededCustomer {
  readonly id: string
  readonly email: string
  readonly password: string
  readonly pin: string
  readonly wallet_id: string
  readonly bank_account_id: string
  readonly policy?: string
}

/** What `seed` makes, or finds made. */
export interface Seeded {
  readonly keys: OperatorKeys
  readonly seed: {
    readonly merchant_id: string
    readonly biller_id: string | null
    readonly ibans: { readonly ok: string } & Readonly<Record<string, string>>
    readonly customers: readonly SeededCustomer[]
  }
}

export interface SeedInput {
  readonly config: Config
  readonly apiUrl: string
  readonly sandboxUrl: string
  readonly sandboxAdminKey: string
  /** Absent when the database is someone else's and they did not give us its owner. */
  readonly ownerUrl?: string
  /** What a former start in the same `COFFER_HOME` was given: keys and passwords cannot be read back. */
  readonly former?: Seeded
  /** Writes down what was made, before it is committed: a start that dies in between begins anew. */
  readonly remember: (seeded: Seeded) => void
}

/** Everything runs by then; called at every start, so it makes only what is missing. */
export type Seed = (input: SeedInput) => Promise<Seeded>

/** `$COFFER_HOME/credentials.json`: how to reach everything, and as whom. */
export interface Credentials extends Seeded {
  readonly api_url: string
  readonly docs_url: string
  /** Null where there is no UI that we know of. */
  readonly temporal_ui_url: string | null
  readonly temporal_address: string
  readonly sandbox_url: string
  /** The application role's. */
  readonly database_url: string
  /** Null when the database is someone else's and migrated by them. */
  readonly database_owner_url: string | null
  /** Null without a Temporal UI. */
  readonly codec_url: string | null
  readonly sandbox_admin_key: string
}

const fileIn = (home: string): string => join(home, 'credentials.json')

/** What a former start wrote, if there was one. */
export const readCredentials = (home: string): Credentials | undefined =>
  existsSync(fileIn(home)) ? (JSON.parse(readFileSync(fileIn(home), 'utf8')) as Credentials) : undefined

export const writeCredentials = (home: string, credentials: Credentials): void =>
  writePrivately(fileIn(home), credentials)
