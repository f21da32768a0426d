/** SQLSTATEs after which the same batch may be sent again: nothing was decided, or its keys bring the answer. */
const PASSING = new Set([
  '25006', // read_only_sql_transaction: a fail-over is not finished
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available
  '57014', // query_canceled
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03' // cannot_connect_now
])

/** Connection exceptions, insufficient resources (too many connections, disk full), system errors. */
const PASSING_CLASSES = ['08', '53', '58']

/** Unique keys that two batches may take at the same moment: the one that lost finds the winner's row when it tries again. */
const RACED_KEYS = new Set(['unit_pkey', 'process_pkey', 'hold_pkey', 'event_history'])

/**
 * What a failed batch means: `passing` (connection, deadlock, a race for a key): send it again. `data` (SQLSTATE classes
 * 22 and 23, or a unit that cannot be encoded): one of its units is bad. `bug`: everything else.
 */
export function faultOf(error: unknown): 'passing' | 'data' | 'bug' {
  if (error instanceof TypeError || error instanceof RangeError) return 'data'
  const { code, constraint } = error as { code?: unknown; constraint?: unknown }
  if (typeof code !== 'string' || code.startsWith('ERR_')) return isConnectionLoss(error) ? 'passing' : 'bug'
  if (PASSING.has(code) || PASSING_CLASSES.includes(code.slice(0, 2)) || /^E[A-Z]+$/.test(code)) return 'passing'
  if (code === '23505' && RACED_KEYS.has(String(constraint))) return 'passing'
  return /^2[23]/.test(code) ? 'data' : 'bug'
}

/** These come without a SQLSTATE, from pg and from Node's sockets. */
const isConnectionLoss = (error: unknown): boolean =>
  error instanceof Error && /connection|timeout|timed out|not queryable|socket|stream/i.test(error.message)
