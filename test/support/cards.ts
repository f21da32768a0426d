import { randomInt, randomUUID } from 'node:crypto'
import { passesLuhn } from '../../domain/card-number.ts'
import type { Answered, Client } from './client.ts'
import type { Coffer } from './coffer.ts'
import { insist } from './insist.ts'
import type { SandboxHandle } from './sandbox.ts'
import { expectSoon, runOf } from './top-ups.ts'

/** A test card that nobody else has, of Visa and credit unless its first six digits say otherwise. */
export function newNumber(first = '424242'): string {
  const digits = `${first}${randomInt(1_000_000_000).toString().padStart(9, '0')}`
  const check = Array.from({ length: 10 }, (_, digit) => digit).find((digit) => passesLuhn(`${digits}${digit}`))
  return `${digits}${check}`
}

/** One that does not simply work: `4000 0000 0000 ….` */
export const magicNumber = (last4: string): string => `400000000000${last4}`

/** What the customer's device does: it gives the card to the acquirer, and gets the token. */
export async function tokenise(
  { url }: Pick<SandboxHandle, 'url'>,
  number: string = newNumber(),
  expiry: { month: number; year: number } = { month: 12, year: 2031 }
): Promise<string> {
  const card = { number, expiry_month: expiry.month, expiry_year: expiry.year, cvc: '123', holder: 'Ada Example' }
  const response = await fetch(`${url}/acquirer/tokens`, { method: 'POST', body: JSON.stringify(card) })
  const body = (await response.json()) as { token?: string }
  if (body.token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`)
  return body.token
}

export const linkCard = (client: Client, token: string, key: string = randomUUID()): Promise<Answered> =>
  insist(() => client.post('/v1/cards', { token }, key))

/** Waits until the card is in one of these states. */
export const untilCard = (client: Client, id: string, ...states: string[]): Promise<Answered> =>
  client.until(`/v1/cards/${id}`, ({ state }) => states.includes(String(state)))

/** Waits until the acquirer's answer is late or lost, and the run waits for its next question. */
export const untilAsked = (coffer: Coffer, id: string): Promise<void> =>
  expectSoon(async () => (await runOf(coffer, `card-link/${id}`)).attributes['DeadlineAt'] !== undefined, true)
