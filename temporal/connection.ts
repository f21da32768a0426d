import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import type { DataConverter } from '@temporalio/common'
import { NativeConnection } from '@temporalio/worker'
import { createCodec } from './codec.ts'
import { payloadKeys, PUBLISHED_TEST_MASTER_KEY } from './keys.ts'
import { createRepetitions } from './repetitions.ts'

/** What of `config.ts` it takes to reach Temporal: a dev server, a cluster, or Temporal Cloud (TLS and an API key). */
export interface TemporalAccess {
  readonly COFFER_MODE: 'local' | 'test' | 'production'
  readonly COFFER_MASTER_KEY: Buffer
  readonly TEMPORAL_ADDRESS: string
  readonly TEMPORAL_NAMESPACE: string
  readonly TEMPORAL_TLS: boolean
  readonly TEMPORAL_API_KEY?: string | undefined
}

export const failureConverterPath = fileURLToPath(new URL('./failure-converter.ts', import.meta.url))

export interface ConnectedClient {
  readonly client: Client
  readonly connection: Connection
  close(): Promise<void>
}

/**
 * A client that encrypts. It connects with its first call, so that the API starts, and says that it is not ready, while
 * Temporal is away.
 */
export function connectClient(access: TemporalAccess): ConnectedClient {
  const repetitions = createRepetitions()
  const connection = Connection.lazy({
    ...address(access),
    interceptors: [repetitions.interceptor],
    channelArgs: {
      // gRPC's own backoff grows to two minutes; Temporal restarted has to be found again within seconds.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000
    }
  })
  const client = new Client({ connection, namespace: access.TEMPORAL_NAMESPACE, dataConverter: dataConverter(access) })
  const close = async () => {
    await repetitions.end()
    await connection.close()
  }
  return { client, connection, close }
}

/**
 * The worker's connection; `dataConverter(access)` goes to `Worker.create` beside it.
 * @throws {Error} when nothing answers at the address.
 */
export function connectWorker(access: TemporalAccess): Promise<NativeConnection> {
  // Encrypted payloads do not shrink: gzip (the default) would only cost processor time.
  return NativeConnection.connect({ ...address(access), grpcCompression: { codec: 'none' } })
}

/** The same for clients, workers and replay: encrypted payloads, failures included. */
export function dataConverter(access: Pick<TemporalAccess, 'COFFER_MODE' | 'COFFER_MASTER_KEY'>): DataConverter {
  if (access.COFFER_MODE === 'production' && access.COFFER_MASTER_KEY.equals(PUBLISHED_TEST_MASTER_KEY)) {
    throw new Error('COFFER_MASTER_KEY is the published test key: make one of your own (openssl rand -hex 32)')
  }
  return { failureConverterPath, payloadCodecs: [createCodec(payloadKeys(access.COFFER_MASTER_KEY))] }
}

function address({ TEMPORAL_ADDRESS, TEMPORAL_TLS, TEMPORAL_API_KEY }: TemporalAccess) {
  return {
    address: TEMPORAL_ADDRESS,
    // An API key is a secret on every call: it is never sent without TLS.
    tls: TEMPORAL_TLS || TEMPORAL_API_KEY !== undefined,
    ...(TEMPORAL_API_KEY === undefined ? {} : { apiKey: TEMPORAL_API_KEY })
  }
}
