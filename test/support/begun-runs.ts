import { Client, Connection } from '@temporalio/client'
import { waitUntil } from '../../local/wait-until.ts'
import { testContext } from './context.ts'
import type { Coffer } from './coffer.ts'

/** Resolves when Temporal has open runs of all these types on this Coffer's queue, whether anybody works on them or not. */
export async function untilBegun({ namespaceAndQueue }: Coffer, types: readonly string[]): Promise<void> {
  const { namespace, taskQueue } = namespaceAndQueue
  const connection = await Connection.connect({ address: testContext().temporalAddress })
  try {
    const { workflow } = new Client({ connection, namespace })
    const begun = async () => {
      const found = new Set<string>()
      const query = `TaskQueue = '${taskQueue}' and ExecutionStatus = 'Running'`
      for await (const { type } of workflow.list({ query })) found.add(type)
      return types.every((type) => found.has(type))
    }
    await waitUntil(begun, { limitMs: 30_000, otherwise: `not all of ${types.join()} were started` })
  } finally {
    await connection.close()
  }
}
