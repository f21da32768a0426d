import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Database } from '../db/schema.ts'
import type { AskBill } from '../domain/bill.ts'
import type { Policy } from '../domain/policy/index.ts'
import type { Vault } from '../store/vault.ts'
import type { EventStreams } from './event-streams.ts'
import type { Processes } from './temporal.ts'

/** Everything that routes may use; `main.ts` composes it, tests give stand-ins for what they do not look at. */
export interface ApiDeps {
  readonly config: Config
  readonly db: Kysely<Database>
  readonly pool: pg.Pool
  readonly processes: Processes
  readonly policy: Policy
  /** Seals and opens personal data: `createVault(config.COFFER_MASTER_KEY)`. */
  readonly vault: Vault
  /** Wakes every waiting run, after the business clock has been moved. */
  readonly nudgeAll: () => Promise<void>
  /** Resolves when Temporal answers, rejects when it does not; for `/readyz`. */
  readonly temporalReady: () => Promise<void>
  /** Who is told that a provider has news, by the `{provider}` of `/v1/callbacks/{provider}`. */
  readonly callbackHandlers: Readonly<Record<string, CallbackHandler>>
  /** Closed before the server is: they would never end by themselves. */
  readonly eventStreams: EventStreams
  /** What is due at a biller, as its network says now. */
  readonly askBill: AskBill
  readonly logger: Logger
}

/** A callback says which reference to ask about, nothing else; an unknown reference is counted, not an error. */
export type CallbackHandler = (news: { readonly reference: string }) => Promise<void>
