/** An address as a number, and of which kind. */
interface Address {
  readonly bits: 32 | 128
  readonly value: bigint
}

/**
 * Whether a connection to this address leaves our own networks: globally reachable unicast, by the special-purpose registries
 * of IANA (RFC 6890 and its updates). What is not an address at all is not public either. IPv6 is let through by what is
 * allowed (2000::/3 without what is set aside in it), so that mapped, compatible and translated addresses never are.
 */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text)
  if (!address) return false
  if (address.bits === 32) return !within(address, NOT_PUBLIC_4)
  return within(address, UNICAST_6) && !within(address, NOT_PUBLIC_6)
}

/** 127.0.0.0/8 and ::1: this machine itself. */
export function isLoopbackAddress(text: string): boolean {
  const address = parseAddress(text)
  return address !== undefined && within(address, LOOPBACK)
}

/** Four decimal numbers without leading zeros, or RFC 4291 text; zones (`%eth0`) and all other forms are none. */
function parseAddress(text: string): Address | undefined {
  const four = parse4(text)
  if (four !== undefined) return { bits: 32, value: four }
  const six = parse6(text)
  return six === undefined ? undefined : { bits: 128, value: six }
}

function parse4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256))
    return undefined
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n)
}

function parse6(text: string): bigint | undefined {
  const halves = withoutDots(text)?.split('::') ?? []
  if (halves.length < 1 || halves.length > 2) return undefined
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':'))) as [string[], string[] | undefined]
  const left = 8 - head.length - (tail?.length ?? 0)
  if (tail === undefined ? left !== 0 : left < 1) return undefined
  const groups = [...head, ...Array.from({ length: left }, () => '0'), ...(tail ?? [])]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
}

/** The last 32 bits may be written as four decimal numbers. */
function withoutDots(text: string): string | undefined {
  if (!text.includes('.')) return text
  const at = text.lastIndexOf(':')
  const four = parse4(text.slice(at + 1))
  if (at === -1 || four === undefined) return undefined
  return `${text.slice(0, at + 1)}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`
}

const within = ({ bits, value }: Address, blocks: readonly Block[]): boolean =>
  blocks.some((block) => block.bits === bits && value >> BigInt(bits - block.prefix) === block.network)

interface Block {
  readonly bits: 32 | 128
  readonly prefix: number
  /** Without the bits behind the prefix. */
  readonly network: bigint
}

function block(cidr: string): Block {
  const [text = '', prefix = ''] = cidr.split('/')
  const { bits, value } = parseAddress(text)!
  return { bits, prefix: Number(prefix), network: value >> BigInt(bits - Number(prefix)) }
}

const LOOPBACK = ['127.0.0.0/8', '::1/128'].map(block)

const NOT_PUBLIC_4 = [
  // This network, private, carrier-grade NAT, loopback, link-local (clouds' metadata too), private, private.
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
  // Protocol assignments, documentation, 6to4 relays, AS112, benchmarks.
  ...['192.0.0.0/24', '192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.175.48.0/24'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  // A metadata service on an address that looks like any other (Azure's wire server), multicast, reserved, broadcast.
  ...['168.63.129.16/32', '224.0.0.0/4', '240.0.0.0/4']
].map(block)

/** Global unicast as far as it has been given out. */
const UNICAST_6 = [block('2000::/3')]
/** Protocol assignments with Teredo and ORCHID, documentation, 6to4, documentation, AS112. */
const NOT_PUBLIC_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '2620:4f:8000::/48'].map(block)
