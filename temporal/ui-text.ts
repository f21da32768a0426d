import { encode } from '@temporalio/common/lib/encoding.js'

/**
 * Temporal's limits for what its UI shows are 400 bytes for a summary and 20,000 for details, *encrypted*: the text as
 * JSON in a payload in a payload, with the names of key and cipher and the workflow's id around it. Sandbox-safe.
 */
const SUMMARY_BYTES_MAX = 400
const DETAILS_BYTES_MAX = 20_000
const ENCRYPTION_BYTES = 220

/** A summary (of a run, an activity, a timer) cut to what fits. */
export const fitSummary = (text: string): string => fit(text, SUMMARY_BYTES_MAX - ENCRYPTION_BYTES)

/** Details in markdown, cut to what fits. */
export const fitDetails = (text: string): string => fit(text, DETAILS_BYTES_MAX - ENCRYPTION_BYTES)

function fit(text: string, bytesMax: number): string {
  if (bytesOf(text) <= bytesMax) return text
  // By code points, so that no character is cut in two.
  let kept = [...text].slice(0, bytesMax)
  while (bytesOf(`${kept.join('')}…`) > bytesMax) kept = kept.slice(0, -1 - Math.floor(kept.length / 50))
  return `${kept.join('')}…`
}

const bytesOf = (text: string): number => encode(JSON.stringify(text)).length
