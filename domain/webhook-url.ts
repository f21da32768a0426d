import { isLoopbackAddress, isPublicAddress } from './ip-address.ts'

/** Why nothing is sent to a URL. */
type UrlRefusal =
  'malformed' | 'scheme' | 'credentials' | 'host_form' | 'host_name' | 'address' | 'port' | 'fragment' | 'too_long'

export interface UrlRules {
  /** Local and test mode may send to this very machine, without TLS too. */
  readonly loopback: boolean
}

const LENGTH_MAX = 2_000

/**
 * What is wrong with a URL before anybody has asked a name server; undefined: nothing. The host has to be written as it is
 * used: no decimal, octal, hexadecimal or shortened address, no dot at the end, no percent signs, names in ASCII (punycode).
 */
export function refusalOfUrl(text: string, rules: UrlRules): UrlRefusal | undefined {
  if (text.length > LENGTH_MAX) return 'too_long'
  const written = /^(https?):\/\/([^/?#]*)/.exec(text)
  if (!/^[\x21-\x7e]+$/.test(text) || text.includes('\\') || !URL.canParse(text)) return 'malformed'
  if (!written) return 'scheme'
  const [, scheme, authority = ''] = written
  if (authority.includes('@')) return 'credentials'
  if (text.includes('#')) return 'fragment'
  const url = new URL(text)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (authority.toLowerCase().replace(/:[0-9]*$/, '') !== url.hostname || host.endsWith('.')) return 'host_form'
  const here = rules.loopback && isHere(host)
  if (scheme === 'http' && !here) return 'scheme'
  if (!here) {
    if (isAddress(host)) {
      if (!isPublicAddress(host)) return 'address'
    } else if (!isPublicName(host)) return 'host_name'
  }
  return url.port !== '' && url.port !== '' && FORBIDDEN_PORTS.has(Number(url.port)) ? 'port' : undefined
}

/** Whether a connection may be made to what a name server has said. */
export const mayConnectTo = (address: string, { loopback }: UrlRules): boolean =>
  isPublicAddress(address) || (loopback && isLoopbackAddress(address))

const isHere = (host: string): boolean => host === 'localhost' || isLoopbackAddress(host)

/** A WHATWG host that ends in a number is an IPv4 address; one with a colon is an IPv6 address. */
const isAddress = (host: string): boolean => host.includes(':') || /^[0-9.]+$/.test(host)

/** With a dot in it, and not under a name that is only known inside of some network (RFC 6761, 6762, 8375, 9476). */
const isPublicName = (host: string): boolean =>
  /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$/.test(host) &&
  host.length <= 253 &&
  !INSIDE_NAMES.some((name) => host === name || host.endsWith(`.${name}`))

const INSIDE_NAMES = ['localhost', 'local', 'internal', 'intranet', 'lan', 'corp', 'home', 'home.arpa', 'alt', 'onion']

/** Where something else listens that a POST could do harm to: mail, names, shells, databases, caches, queues, engines. */
const FORBIDDEN_PORTS: ReadonlySet<number> = new Set([
  ...[
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110
  ],
  ...[
    111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 445, 465, 512, 513, 514, 515, 526, 530, 531
  ],
  ...[532, 540, 548, 554, 556, 563, 587, 601, 636, 873, 989, 990, 993, 995, 1080, 1433, 1521, 1719, 1720, 1723, 2049],
  ...[2181, 2375, 2376, 2379, 2380, 3128, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 5900, 5984, 5985, 6000],
  ...[6379, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 7000, 7233, 7234, 8086, 8500, 9042, 9092, 9100, 9200],
  ...[9300, 10080, 10250, 11211, 15672, 25565, 27017, 27018, 50000]
])
