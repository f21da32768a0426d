import type { WorkflowHandle } from '@temporalio/client'
import type { Payload } from '@temporalio/common'
import { createCodec } from '../../temporal/codec.ts'
import { connectClient } from '../../temporal/connection.ts'
import { payloadKeys } from '../../temporal/keys.ts'
import type { Coffer } from './coffer.ts'
import { testContext } from './context.ts'

/** Temporal as an operator with the key sees it. */
export interface Engine {
  run(workflowId: string): WorkflowHandle
  /** The run's history with every payload decrypted, as text. */
  decodedHistory(workflowId: string): Promise<string>
  close(): Promise<void>
}

export function openEngine({ namespaceAndQueue: { namespace } }: Coffer, masterKey: Buffer): Engine {
  const { client, close } = connectClient({
    COFFER_MODE: 'test',
    COFFER_MASTER_KEY: masterKey,
    TEMPORAL_ADDRESS: testContext().temporalAddress,
    TEMPORAL_NAMESPACE: namespace,
    TEMPORAL_TLS: false
  })
  const codec = createCodec(payloadKeys(masterKey))
  const run = (workflowId: string) => client.workflow.getHandle(workflowId)
  return {
    run,
    close,
    decodedHistory: async (workflowId) => {
      const decoded: string[] = []
      const history = await run(workflowId).fetchHistory()
      for (const payload of payloadsIn(history)) {
        const [plain] = isReadable(payload) ? [payload] : await codec.decode([payload], { workflowId } as never)
        decoded.push(Buffer.from(plain!.data ?? []).toString('utf8'))
      }
      return decoded.join('\n')
    }
  }
}

/** Search attributes are never encrypted. */
const isReadable = ({ metadata }: Payload): boolean =>
  Buffer.from(metadata?.['encoding'] ?? [])
    .toString()
    .startsWith('json/')

function* payloadsIn(value: unknown): Generator<Payload> {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return
  if ('metadata' in value && 'data' in value && value.data instanceof Uint8Array) yield value as Payload
  else for (const inner of Object.values(value)) yield* payloadsIn(inner)
}
