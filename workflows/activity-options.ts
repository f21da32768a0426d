import type { ActivityOptions, LocalActivityOptions } from '@temporalio/common'

/** Every timeout and retry of every activity, with its reason. */

/**
 * Steps that touch only our Postgres: local activities, which ride in the workflow task. They are repeated for ever,
 * because only bugs and outages throw: a refusal is a value, and what cannot get better comes as non-retryable.
 */
export const recordOptions: LocalActivityOptions = {
  // A unit takes milliseconds; one that takes this long hangs on a lost connection, and its key makes repeating it safe.
  startToCloseTimeout: '10 s',
  retry: { initialInterval: '50 ms', backoffCoefficient: 2, maximumInterval: '10 s' },
  // Short rests stay inside the workflow task (5 s); longer ones become a timer, so that an outage of Postgres neither
  // holds a task open nor fills the history with heartbeats.
  localRetryThreshold: '3 s'
}

/**
 * A send to a bank goes out once: no retry of Temporal's. A worker lost while sending, or the timeout, is *unknown*, and
 * the workflow inquires. "Undelivered" comes back as a value, and the workflow sends again.
 */
export const bankOptions: ActivityOptions = {
  // Above the provider's own 10 s limit on the call, so that normally its answer says what happened, and not this.
  startToCloseTimeout: '15 s',
  retry: { maximumAttempts: 1 }
}

/**
 * Asking what became of a reference changes nothing, so Temporal may repeat it. What the bank says, "unknown" included,
 * is a value; when to ask next is the workflow's plan (5 s, 15 s, 1 min …), so only a lost worker is repeated here.
 */
export const inquiryOptions: ActivityOptions = {
  startToCloseTimeout: '15 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '30 s' }
}

/**
 * Handing a message to the notifier: it takes one id once, so it is repeated until it is taken; the activity itself says
 * when nobody waits for it any more.
 */
export const notifierOptions: ActivityOptions = {
  // Above the provider's own 5 s; a lost worker is noticed after this long, while somebody waits for the code.
  startToCloseTimeout: '7 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '30 s' }
}

/** Asking a provider changes nothing that we rely on, under one reference: repeated for ever, while the customer waits. */
export const providerOptions: ActivityOptions = {
  startToCloseTimeout: '15 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '60 s' }
}

/** News that a customer can also see by looking: given up after a day, and nothing waits for it meanwhile. */
export const newsOptions: ActivityOptions = { ...notifierOptions, scheduleToCloseTimeout: '1 day' }

/** A page of fifty names, five at a time, each answered within 10 s; a lost worker is noticed by its heartbeat. */
export const screeningOptions: ActivityOptions = {
  startToCloseTimeout: '5 min',
  heartbeatTimeout: '30 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '5 min' }
}

/**
 * A page of fifty rows and nudges, five at a time, each in milliseconds; a lost worker is noticed soon by its heartbeat, and
 * one that was only slow does no harm: a page may be begun again.
 */
export const bulkOptions: ActivityOptions = {
  startToCloseTimeout: '5 min',
  heartbeatTimeout: '5 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '1 min' }
}

/**
 * A statement is fetched, read and booked in one piece of work each: minutes for the largest, and safe to repeat. It beats every
 * second, so that a lost worker is noticed soon; one that was only slow does no harm.
 */
export const statementOptions: ActivityOptions = {
  startToCloseTimeout: '10 min',
  heartbeatTimeout: '5 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '5 min' }
}

/** Starting another process's run, which the sweeper does as well: not worth waiting for an outage's end. */
export const launchOptions: ActivityOptions = { ...notifierOptions, scheduleToCloseTimeout: '1 min' }

/**
 * The sweeper lists what runs, and asks alone about the open records that are not in that list, which are all of them when
 * Temporal has lost its database: minutes at worst; one that hangs is given up and comes again in 30 s.
 */
export const sweepOptions: ActivityOptions = {
  startToCloseTimeout: '10 min',
  heartbeatTimeout: '30 s',
  retry: { maximumAttempts: 2 }
}

/**
 * The dispatcher of messages: a round of ten minutes, and a message of 5 s at its end. A lost worker is noticed by its heartbeat,
 * one call of which every 8 s is all that it costs; another one goes on, and repeats under ids that are taken once.
 */
export const dispatchOptions: ActivityOptions = {
  startToCloseTimeout: '15 min',
  heartbeatTimeout: '10 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '10 s' }
}

/**
 * Thousands of merchants, each in milliseconds; a lost worker is noticed by its heartbeat, and the list is begun again, which
 * settles nobody twice.
 */
export const settlementDayOptions: ActivityOptions = {
  startToCloseTimeout: '1 h',
  heartbeatTimeout: '30 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '5 min' }
}

/** Beats every second, so that a lost worker is noticed soon; safe to repeat. */
const beating: ActivityOptions = {
  startToCloseTimeout: '5 min',
  heartbeatTimeout: '5 s',
  retry: { initialInterval: '1 s', backoffCoefficient: 2, maximumInterval: '1 min' }
}

/**
 * A round of webhooks: bounded by its policy to about 20 s, and by what it is in the middle of (each call 10 s). What was sent and not noted goes out again under the same id.
 */
export const webhookOptions: ActivityOptions = { ...beating }

/**
 * What a mandate announces and how its Schedule is made: our books in milliseconds, then some words with Temporal, each safe
 * to repeat; the mandates' sweep does what is left undone.
 */
export const mandateOptions: ActivityOptions = { ...beating }

/** Thousands of mandates, each in milliseconds; one that hangs is given up by its heartbeat, and comes again in 15 minutes. */
export const mandateSweepOptions: ActivityOptions = {
  startToCloseTimeout: '15 min',
  heartbeatTimeout: '30 s',
  retry: { maximumAttempts: 2 }
}
