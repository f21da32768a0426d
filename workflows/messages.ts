import { defineSignal, defineUpdate } from '@temporalio/workflow'

/**
 * What the API and the workflows say to each other. A signal or an update carries no authority: the decision is a row in
 * Postgres, and the workflow reads it back.
 */

export type { Start } from '../domain/orders.ts'

/** The first thing worth telling the caller, with what it takes to know whose answer it is. */
export interface FirstOutcome<Outcome = unknown> {
  readonly fingerprint: string
  readonly requestId: string
  readonly outcome: Outcome
}

/**
 * Awaits the first outcome and does nothing else: the order is the start's argument and runs without it. No arguments,
 * because Temporal would ignore those of a repetition.
 */
export const outcome = defineUpdate<FirstOutcome>('outcome')

/** "Look again": the business clock moved, a callback came, an operator decided. */
export const nudge = defineSignal('nudge')

/** Decisions that a caller wants answered. The argument is the row's id, nothing else: the row is the authority. */
export const confirm = defineUpdate<DecisionAnswer, [string]>('confirm')
export const capture = defineUpdate<DecisionAnswer, [string]>('capture')
export const voidRemainder = defineUpdate<DecisionAnswer, [string]>('void')
export const cancel = defineUpdate<DecisionAnswer, [string]>('cancel')
export const confirmHolder = defineUpdate<DecisionAnswer, [string]>('confirm-holder')
export const verifyAmounts = defineUpdate<DecisionAnswer, [string]>('verify')
export const retry = defineUpdate<DecisionAnswer, [string]>('retry')
export const submit = defineUpdate<DecisionAnswer, [string]>('submit')
export const withdraw = defineUpdate<DecisionAnswer, [string]>('withdraw')
export const approve = defineUpdate<DecisionAnswer, [string]>('approve')
export const reject = defineUpdate<DecisionAnswer, [string]>('reject')
export const ask = defineUpdate<DecisionAnswer, [string]>('ask')
export const resolve = defineUpdate<DecisionAnswer, [string]>('resolve')
export const submitEvidence = defineUpdate<DecisionAnswer, [string]>('submit-evidence')
export const accept = defineUpdate<DecisionAnswer, [string]>('accept')
export const decide = defineUpdate<DecisionAnswer, [string]>('decide')

export const skip = defineUpdate<DecisionAnswer, [string]>('skip')
export const adjust = defineUpdate<DecisionAnswer, [string]>('adjust')
export const pause = defineUpdate<DecisionAnswer, [string]>('pause')
export const resume = defineUpdate<DecisionAnswer, [string]>('resume')
export const skipNext = defineUpdate<DecisionAnswer, [string]>('skip-next')
export const changeNext = defineUpdate<DecisionAnswer, [string]>('change-next')
export const change = defineUpdate<DecisionAnswer, [string]>('change')
export const writeOff = defineUpdate<DecisionAnswer, [string]>('write-off')

/** What became of a decision: the version of the record that shows it, or why it was refused. */
export interface DecisionAnswer {
  readonly version: number
  readonly refusal?: { readonly code: string; readonly data: Readonly<Record<string, unknown>> }
}

export { workflowIdOf } from '../domain/workflow-id.ts'
