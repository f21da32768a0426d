import { waitUntil } from '../../local/wait-until.ts'
import type { Answered, Client } from './client.ts'
import type { Coffer } from './coffer.ts'

/** A message as the sandbox's receiver has seen it. */
interface ReceivedWebhook {
  readonly id: string
  readonly type: string
  readonly object_id?: string
  readonly verified: boolean
  readonly signatures: number
  readonly answered: number
  readonly body: Readonly<Record<string, unknown>>
}

type Sandboxed = Pick<Coffer, 'sandbox'>

const bodyOf = ({ status, body }: Answered): Record<string, unknown> => {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}

export const receiverUrl = ({ sandbox }: Sandboxed, name: string): string => `${sandbox.url}/webhook-receivers/${name}`

/** An endpoint whose receiver knows its secret. */
export async function makeEndpoint(
  coffer: Coffer,
  name: string,
  more: object,
  by: Client = coffer.service
): Promise<{ id: string; path: string; secret: string }> {
  const made = bodyOf(await by.post('/v1/webhook-endpoints', { url: receiverUrl(coffer, name), ...more }))
  const secret = String(made['secret'])
  await answering(coffer, name, { secrets: [secret] })
  const id = String(made['id'])
  return { id, path: `/v1/webhook-endpoints/${id}`, secret }
}

/** How the receiver answers from now on: in this order, the last one for ever; without any, 204. */
export async function answering({ sandbox }: Sandboxed, name: string, how: object): Promise<void> {
  const { ok, status } = await sandbox.admin('PUT', `/webhook-receivers/${name}`, how)
  if (!ok) throw new Error(`the receiver answered ${status}`)
}

export async function received({ sandbox }: Sandboxed, name: string): Promise<ReceivedWebhook[]> {
  const response = await sandbox.admin('GET', `/webhook-receivers/${name}`)
  return ((await response.json()) as { data: ReceivedWebhook[] }).data
}

/** Waits until what was received fits. */
export async function untilReceived(
  coffer: Sandboxed,
  name: string,
  isSo: (inbox: readonly ReceivedWebhook[]) => boolean
): Promise<ReceivedWebhook[]> {
  let inbox: ReceivedWebhook[] = []
  const look = async () => isSo((inbox = await received(coffer, name)))
  await waitUntil(look, { limitMs: 40_000, otherwise: `the receiver ${name} did not get what it waits for` }).catch(
    (error: Error) => {
      throw new Error(`${error.message}: ${JSON.stringify(inbox.map(({ type, answered }) => [type, answered]))}`)
    }
  )
  return inbox
}
