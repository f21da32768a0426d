import type { AccountRef } from '../domain/account-kinds.ts'
import type { ProblemCode } from '../domain/errors.ts'

/**
 * A unit of work: what has to hold, what moves, what changes with it, as data. It is committed whole in one database
 * transaction, or refused whole, once for ever under its key.
 */
export interface UnitOfWork {
  /** Unique for ever: `<process id>:<step>[:<attempt>]`. The same key always gets the stored answer. */
  readonly key: string
  /** Hash of what was *asked* (not of what was built from it): the same key with another one is a conflict. */
  readonly fingerprint: string
  readonly guards?: readonly Guard[]
  readonly postings?: readonly PostingStep[]
  /** The records' new states when the unit is posted; a refused one changes nothing. */
  readonly records?: readonly RecordWrite[]
  /** Business time at which it counts; default: business now. */
  readonly effectiveAt?: Date
  /** Of a correction. */
  readonly reason?: string
}

/** A unit before it has a key: what a process's rules make of a record, whoever asked for it. */
export type UnitPart = Omit<UnitOfWork, 'key' | 'fingerprint'>

export type Guard =
  /** Moves a limit counter by `add` (negative gives back), refused above `max`. */
  | {
      readonly kind: 'counter'
      readonly counter: string
      readonly add: bigint
      readonly max?: bigint
      readonly code: ProblemCode
      readonly data?: object
    }
  /** Refused when the account's posted balance plus the counter (money on its way) plus `add` would pass `max`. */
  | {
      readonly kind: 'max_balance'
      readonly account: AccountRef
      readonly counter?: string
      readonly add: bigint
      readonly max: bigint
      readonly code: ProblemCode
      readonly data?: object
    }
  /**
   * Counts one more where `seen` had been counted when the unit was built. When somebody else has counted meanwhile the
   * unit is stale: what it was decided on no longer holds, and it is built again.
   */
  | { readonly kind: 'unmoved'; readonly counter: string; readonly seen: bigint }
  /**
   * Moves nothing, and makes the unit stale where somebody has counted since `seen`: for those who do not disturb each
   * other, but must hear of one who disturbs them all.
   */
  | { readonly kind: 'still'; readonly counter: string; readonly seen: bigint }
  /** A refusal decided outside of the books (limits, risk, state), stored like any other. */
  | { readonly kind: 'refuse'; readonly code: ProblemCode; readonly data?: object }

interface Sides {
  readonly debit: AccountRef
  readonly credit: AccountRef
}

/** One posting; `code` says what it books (`payment.capture`). Amounts are minor units, above zero. */
export type PostingStep = Sides &
  (
    | { readonly op: 'post'; readonly amount: bigint; readonly code: string }
    | {
        readonly op: 'hold'
        readonly hold: string
        readonly amount: bigint
        readonly code: string
        readonly expiresAt?: Date
      }
    /** Posts a part of the hold; without an amount, all that is left. */
    | { readonly op: 'post_hold'; readonly hold: string; readonly amount?: bigint; readonly code?: string }
    /** Releases all that is left; `expire_hold` only after its time. */
    | { readonly op: 'void_hold' | 'expire_hold'; readonly hold: string; readonly code?: string }
  )

/** A process record's next state with the arrows it crosses, and its row in the table of its kind. */
export interface RecordWrite {
  readonly kind: string
  readonly id: string
  /** The version that was read, 0 for a new one. Another one in the database makes the unit stale: read and build again. */
  readonly version: number
  /** What the record was in when it was read; null for a new one. */
  readonly from: string | null
  /** Arrows in order, each a row of history and an event: at least one. A step without an arrow repeats the state. */
  readonly crossed: readonly { readonly state: string; readonly type: string; readonly data: object }[]
  /** False when the last state is terminal. */
  readonly open: boolean
  /** Start argument of its workflow; needed when new. */
  readonly order?: object
  readonly customerId?: string
  readonly merchantId?: string
  /** Who asked for it; absent: the process itself. */
  readonly actor?: string
  /** The row for `store/<kind>.ts`'s set-based statement, whole; column names as in the table. */
  readonly row: object
}

export type UnitResult =
  | { readonly status: 'posted'; readonly replayed: boolean }
  | {
      readonly status: 'refused'
      readonly code: ProblemCode
      readonly data: Readonly<Record<string, unknown>>
      readonly replayed: boolean
    }
  /** A record, or a counter that has to be unmoved, moved on since it was read: nothing was stored; read it and build the unit again under the same key. */
  | { readonly status: 'stale' }
  /** The key was used for something else. */
  | { readonly status: 'reused' }
