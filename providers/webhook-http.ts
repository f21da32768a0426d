import { lookup as lookUp, type LookupAddress } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { mayConnectTo, refusalOfUrl, type UrlRules } from '../domain/webhook-url.ts'
import { errorCode } from './error-code.ts'
import type { WebhookAnswer, WebhookMessage, WebhookSender } from './webhook.ts'

interface HttpWebhookOptions extends UrlRules {
  /** For an answer, from looking up the name to the last byte that is read; real milliseconds. */
  readonly timeoutMs: number
  readonly answerMaxBytes: number
  readonly answerKeptBytes: number
  /** Asks a name server for all addresses of a name; another one in tests. */
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>
}

/** A receiver that is written to all the time keeps its connections; others are not held. */
const KEEP_ALIVE_MS = 4_000

/**
 * Signed messages (Standard Webhooks) over HTTP to hosts that strangers have named. The name is looked up here, every one of
 * its addresses is tested, and the socket is connected to what was tested: there is no second look-up that could say
 * something else. No redirect is followed, no proxy is asked, and no more of an answer is read than is kept.
 */
export function createHttpWebhooks(options: HttpWebhookOptions): WebhookSender & { close(): void } {
  const lookup = checkedLookup(options)
  const shared = { keepAlive: true, timeout: KEEP_ALIVE_MS, maxSockets: 64, lookup }
  const agents = { 'http:': new http.Agent(shared), 'https:': new https.Agent(shared) }

  async function send(message: WebhookMessage): Promise<Omit<WebhookAnswer, 'durationMs'>> {
    // Rules may be stricter than they were when it was stored.
    if (refusalOfUrl(message.url, options)) return { status: null, error: 'url_forbidden', answer: null }
    const timeout = AbortSignal.timeout(options.timeoutMs)
    try {
      return await post(message, agents, timeout, options)
    } catch (error) {
      return { status: null, error: timeout.aborted ? 'timeout' : (errorCode(error) ?? 'failed'), answer: null }
    }
  }

  return {
    async send(message) {
      const startedAt = performance.now()
      const answer = await send(message)
      return { ...answer, durationMs: Math.round(performance.now() - startedAt) }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy()
    }
  }
}

/** The only way from a name to a socket. A host that is written as an address was tested with the URL, and is not looked up. */
const checkedLookup = ({ resolve = resolveAll, ...rules }: HttpWebhookOptions): LookupFunction => {
  const refused = Object.assign(new Error('the name stands for an address that nothing is sent to'), {
    code: 'address_forbidden'
  })
  return (hostname, asked, answer) => {
    resolve(hostname).then(
      (addresses) => {
        // One bad address among good ones is somebody's try: none of them is used.
        if (addresses.length === 0 || !addresses.every(({ address }) => mayConnectTo(address, rules)))
          return answer(refused, [])
        if (asked.all) return answer(null, [...addresses])
        return answer(null, addresses[0]!.address, addresses[0]!.family)
      },
      (error: NodeJS.ErrnoException) => answer(error, [])
    )
  }
}

const resolveAll = (name: string): Promise<readonly LookupAddress[]> =>
  new Promise((resolve, reject) => {
    lookUp(name, { all: true, verbatim: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)))
  })

function post(
  { url, id, body, secrets }: WebhookMessage,
  agents: Readonly<Record<string, http.Agent>>,
  signal: AbortSignal,
  options: HttpWebhookOptions
): Promise<Omit<WebhookAnswer, 'durationMs'>> {
  const target = new URL(url)
  const at = new Date()
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Coffer-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': Math.floor(at.getTime() / 1_000).toString(),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' ')
  }
  return new Promise((resolve, reject) => {
    const client = target.protocol === 'https:' ? https : http
    const request = client.request(target, { method: 'POST', headers, agent: agents[target.protocol], signal })
    request.once('error', (error: NodeJS.ErrnoException) => {
      // A receiver may close a kept connection at the very moment at which it is used again: that is no answer of theirs.
      const stale = request.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted
      if (stale) resolve(post({ url, id, body, secrets }, agents, signal, options))
      else reject(error)
    })
    request.once('response', (response) => {
      beginningOf(response, options).then(
        (answer) => resolve({ ...verdictOn(response.statusCode ?? 0), answer }),
        // What it said first counts, whatever becomes of the rest.
        () => resolve({ ...verdictOn(response.statusCode ?? 0), answer: null })
      )
    })
    request.end(body)
  })
}

function verdictOn(status: number): Pick<WebhookAnswer, 'status' | 'error'> {
  if (status >= 200 && status < 300) return { status, error: null }
  return { status, error: status >= 300 && status < 400 ? 'redirect' : `http_${status}` }
}

/** Reads as much as is allowed, then cuts the connection; a short answer leaves it open for the next message. */
async function beginningOf(response: http.IncomingMessage, options: HttpWebhookOptions): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > options.answerMaxBytes) break
  }
  const kept = Buffer.concat(chunks).subarray(0, options.answerKeptBytes).toString('utf8')
  return kept.replaceAll(/\p{Cc}+/gu, ' ').trim()
}
