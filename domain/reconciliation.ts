import { defineStates } from './transitions.ts'

export type ReconciliationState = 'importing' | 'matching' | 'balanced' | 'open_items'

/** A bank's day (ARCHITECTURE.md, "States"). `open_items`: all of it is booked, and not all of it is understood. */
export const reconciliationStates = defineStates<ReconciliationState>({
  start: ['importing'],
  importing: ['matching'],
  matching: ['balanced', 'open_items'],
  open_items: ['balanced']
})

/** What a statement's line, or what we expected of it, turned out to be. */
export const itemClasses = ['missing_here', 'missing_there', 'amount_differs', 'duplicate'] as const
export type ItemClass = (typeof itemClasses)[number]
export type MatchClass = 'matched' | ItemClass

export const DAY_MS = 86_400_000

/** UTC day of an instant. */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10)

/** `2026-01-31` and 1 → `2026-02-01`. */
export const dayAfter = (day: string, days = 1): string => dayOf(new Date(Date.parse(day) + days * DAY_MS))

/** The last millisecond of a UTC day: when its statement's lines count in the books. */
export const endOf = (day: string): Date => new Date(Date.parse(day) + DAY_MS - 1)
