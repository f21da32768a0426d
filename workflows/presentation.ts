import type { SearchAttributeUpdatePair } from '@temporalio/common'
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow'
import { searchAttributes } from '../temporal/search-attribute-keys.ts'
import { fitDetails } from '../temporal/ui-text.ts'

export interface Presentation {
  readonly state: string
  /** Markdown, a line each: amount, next deadline, the link to the API's record. No personal data. */
  readonly details: readonly string[]
  /** RFC 3339 in business time; left out: nothing is waited for. */
  readonly deadlineAt?: string | undefined
  readonly rail?: string | undefined
  readonly customerRef?: string | undefined
}

/**
 * Shows operators where this run stands: current details (answered by a live worker, no write) and search attributes, in
 * one command of the workflow task that runs anyway, and none where nothing has changed since the start or the last call.
 */
export function present({ state, details, deadlineAt, rail, customerRef }: Presentation): void {
  setCurrentDetails(fitDetails([`**${state}**`, ...details].join('\n\n')))
  const wanted: SearchAttributeUpdatePair[] = [
    { key: searchAttributes.processState, value: state },
    { key: searchAttributes.deadlineAt, value: deadlineAt === undefined ? null : new Date(deadlineAt) },
    ...(rail === undefined ? [] : [{ key: searchAttributes.rail, value: rail }]),
    ...(customerRef === undefined ? [] : [{ key: searchAttributes.customerRef, value: customerRef }])
  ]
  const changed = wanted.filter(hasChanged)
  if (changed.length > 0) upsertSearchAttributes(changed)
}

function hasChanged({ key, value }: SearchAttributeUpdatePair): boolean {
  const current = workflowInfo().typedSearchAttributes.get(key)
  return comparable(current ?? null) !== comparable(value)
}

const comparable = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value)
