import { promises as dns } from 'node:dns'
import { Refusal } from '../domain/errors.ts'
import { mayConnectTo, refusalOfUrl, type UrlRules } from '../domain/webhook-url.ts'

/** Somebody waits for the answer, and each delivery looks again. */
const LOOK_UP_MS = 1_000

/**
 * Whether anything may be sent there, and a clear word where not. A name that nobody can look up now is let through: it is
 * looked up, and its addresses are tested, at each delivery.
 * @throws {Refusal} `webhook_url_forbidden`
 */
export async function refuseForbiddenUrl(url: string, rules: UrlRules): Promise<void> {
  const refusal = refusalOfUrl(url, rules) ?? ((await standsForBadAddress(url, rules)) ? 'address' : undefined)
  if (refusal) throw new Refusal('webhook_url_forbidden', { errors: [{ pointer: '/url', message: refusal }] })
}

async function standsForBadAddress(url: string, rules: UrlRules): Promise<boolean> {
  const { hostname } = new URL(url)
  if (hostname === 'localhost' || hostname.startsWith('[') || /^[0-9.]+$/.test(hostname)) return false
  const resolver = new dns.Resolver({ timeout: LOOK_UP_MS, tries: 1 })
  const found = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
  const addresses = found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
  return addresses.some((address) => !mayConnectTo(address, rules))
}
