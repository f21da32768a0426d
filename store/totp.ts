import { createHmac, timingSafeEqual } from 'node:crypto'

/** Time-based one-time passwords, RFC 6238 over RFC 4226: HMAC-SHA-1, six digits, steps of 30 s of real time. */
const STEP_MS = 30_000
const DIGITS = 6
/** A code of the step before or after is taken as well: clocks of phones are off, and people type slowly. */
const WINDOW = [-1, 0, 1] as const

export const totpStep = (atMs: number): number => Math.floor(atMs / STEP_MS)

/** The code of one step, after RFC 4226, 5.3. */
export function totpCode(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const truncated = mac.readUInt32BE(mac[mac.length - 1]! & 0xf) & 0x7f_ff_ff_ff
  return (truncated % 10 ** DIGITS).toString().padStart(DIGITS, '0')
}

/** The step whose code this is, as of an instant; every one of the window is compared, so that the time tells nothing. */
export function matchTotp(secret: Buffer, code: string, atMs: number): number | undefined {
  const given = Buffer.from(code)
  const matching = WINDOW.map((offset) => totpStep(atMs) + offset).filter((step) => {
    const known = Buffer.from(totpCode(secret, step))
    return known.length === given.length && timingSafeEqual(known, given)
  })
  return matching[0]
}

/** RFC 4648, without padding: how authenticators take a secret. */
export function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[parseInt(group.padEnd(5, '0'), 2)]).join('')
}
