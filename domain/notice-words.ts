import type { NoticeKind } from './notice-kinds.ts'

/** What is said of what happened, written for who reads it; what is not known is said in words that fit everything. */
export interface Said {
  /** `USD 1,234.50` */
  readonly amount: string
  /** To or from whom: a merchant's name. */
  readonly party: string
  /** Until when, where the addressee lives. */
  readonly due: string
  /** Answers "not me" without a log-in; empty where it may not be shown. */
  readonly token: string
}

export interface Words {
  readonly subject: string
  readonly text: string
  /** What follows the subject in a text message and in a push; those are short. */
  readonly also?: string
}

/** What one language says of everything; a kind that it lacks does not compile. */
export type Catalogue = Readonly<Record<NoticeKind, Words | ((said: Said) => Words)>>
