import type { Client } from '@temporalio/client'

export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed'
}

/** The client's own deadline overran by seconds when tried, so the race decides, and the abort ends what still runs. */
export async function inTime<T>(client: Client, leftMs: number, call: () => Promise<T>): Promise<T> {
  const abandon = new AbortController()
  const { connection } = client
  const answer = connection.withDeadline(Date.now() + leftMs, () => connection.withAbortSignal(abandon.signal, call))
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new DeadlinePassed())
      abandon.abort()
    }, leftMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
    answer.catch(() => undefined)
  }
}
