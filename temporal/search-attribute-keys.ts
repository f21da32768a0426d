import { defineSearchAttributeKey } from '@temporalio/common'

/**
 * What operators filter runs by. They are never encrypted: no personal data in them. Sandbox-safe, so that workflows can
 * set them. SQL visibility has room for 10 Keyword and 3 of every other type.
 */
export const searchAttributes = {
  /** The state of the process's record: `processing`, `requires_capture`, `succeeded` … */
  processState: defineSearchAttributeKey('ProcessState', 'KEYWORD'),
  /** The customer's id, `cus_…`. */
  customerRef: defineSearchAttributeKey('CustomerRef', 'KEYWORD'),
  /** The way the money takes: `balance`, `bank_a` … */
  rail: defineSearchAttributeKey('Rail', 'KEYWORD'),
  /** The next deadline in business time; absent when nothing is waited for. */
  deadlineAt: defineSearchAttributeKey('DeadlineAt', 'DATETIME')
} as const
