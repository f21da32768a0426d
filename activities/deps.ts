import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Policy } from '../domain/policy/index.ts'
import type { PostingQueue } from '../ledger/posting-queue.ts'
import type { AcquirerProvider } from '../providers/acquirer.ts'
import type { BankProvider } from '../providers/bank.ts'
import type { IdentityProvider } from '../providers/identity.ts'
import type { NotifierProvider } from '../providers/notifier.ts'
import type { ScreeningProvider } from '../providers/screening.ts'
import type { Vault } from '../store/vault.ts'
import type { CrashPoint } from './crash-points.ts'

/** What activities work with; composed once by `worker.ts`. */
export interface ActivityDeps {
  readonly db: Kysely<Database>
  readonly ledger: Pick<PostingQueue, 'post'>
  readonly bank: BankProvider
  readonly acquirer: AcquirerProvider
  readonly notifier: NotifierProvider
  readonly identity: IdentityProvider
  readonly screening: ScreeningProvider
  readonly vault: Vault
  /** In force now, for processes that begin here; what has begun keeps its own. */
  readonly policy: Policy
  readonly runs: Runs
  /** Kills the process in tests that ask for it; otherwise does nothing. */
  readonly crash: CrashPoint
}

/** What a payment's steps work with: `runs` to wake what asked for it. */
export type PaymentDeps = Pick<ActivityDeps, 'db' | 'ledger' | 'crash'> & { readonly runs: Pick<Runs, 'nudge'> }

/** What the sweeper needs of the engine; implemented in `temporal/`. */
export interface Runs {
  /** True while a run of this workflow is open. */
  isRunning(workflowId: string): Promise<boolean>
  /** Starts it, by default again from its record's order; a run that is there already is left alone. */
  restart(kind: string, id: string, order: unknown, summary?: string): Promise<void>
  nudge(workflowId: string): Promise<void>
}
