import { DefaultFailureConverter } from '@temporalio/common'

/**
 * Puts a failure's message and stack trace into a payload, which the codec encrypts; by default both stay readable.
 * It is loaded by clients, by workers and inside the workflow sandbox: no Node builtins here.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true })
