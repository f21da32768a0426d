import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { MandateScheduleWanted } from '../domain/mandate.ts'
import type { Policy } from '../domain/policy/index.ts'
import type { PostingQueue } from '../ledger/posting-queue.ts'
import type { AcquirerProvider } from '../providers/acquirer.ts'
import type { BankProvider } from '../providers/bank.ts'
import type { BillerProvider } from '../providers/biller.ts'
import type { IdentityProvider } from '../providers/identity.ts'
import type { NotifierProvider } from '../providers/notifier.ts'
import type { ScreeningProvider } from '../providers/screening.ts'
import type { WebhookSender } from '../providers/webhook.ts'
import type { Vault } from '../store/vault.ts'
import type { CrashPoint } from './crash-points.ts'

/** What activities work with; composed once by `worker.ts`. */
export interface ActivityDeps {
  readonly db: Kysely<Database>
  readonly ledger: Pick<PostingQueue, 'post'>
  readonly bank: BankProvider
  readonly acquirer: AcquirerProvider
  readonly billers: BillerProvider
  readonly notifier: NotifierProvider
  readonly identity: IdentityProvider
  readonly screening: ScreeningProvider
  readonly webhooks: WebhookSender
  readonly vault: Vault
  /** In force now, for processes that begin here; what has begun keeps its own. */
  readonly policy: Policy
  readonly runs: Runs
  readonly mandateSchedules: MandateSchedules
  /** Kills the process in tests that ask for it; otherwise does nothing. */
  readonly crash: CrashPoint
  /** Aborted as soon as the worker is asked to stop: what only waits ends then, and does not hold the others up. */
  readonly stopping: AbortSignal
}

/** What a payment's steps work with: `runs` to wake what asked for it. */
export type PaymentDeps = Pick<ActivityDeps, 'db' | 'ledger' | 'crash'> & { readonly runs: Pick<Runs, 'nudge'> }

/** What operators see of a mandate's future, and what wakes its runs; implemented in `temporal/`. */
export interface MandateSchedules {
  /** Makes it as it is wanted, whole, whatever it was before. */
  put(wanted: MandateScheduleWanted): Promise<void>
  remove(mandateId: string): Promise<void>
  /** Ids of mandates that have one. */
  list(): Promise<ReadonlySet<string>>
}

/** What the sweeper needs of the engine; implemented in `temporal/`. */
export interface Runs {
  /** True while a run of this workflow is open. */
  isRunning(workflowId: string): Promise<boolean>
  /**
   * Ids of all that runs here, asked for together; `onPage` is called after each page. The list is a moment late: who starts
   * or gives up something because of it asks about that one alone.
   */
  listRunning(onPage?: () => void): Promise<ReadonlySet<string>>
  /** Starts it, by default again from its record's order; a run that is there already is left alone. */
  restart(kind: string, id: string, order: unknown, summary?: string): Promise<void>
  nudge(workflowId: string): Promise<void>
}
