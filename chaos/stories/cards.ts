import { passesLuhn } from '../../domain/card-number.ts'
import { idOf, type Scene } from '../story.ts'
import type { Random } from '../random.ts'

/** A card of the customer's, linked a moment ago; undefined when it could not be. */
export async function linkedCard({ random, sandbox, customer, as }: Scene): Promise<string | undefined> {
  const card = { number: newNumber(random), expiry_month: 12, expiry_year: 2035, cvc: '123', holder: 'Chaos Example' }
  // The customer's device speaks to the acquirer itself; while that is down there is no card.
  const made = await fetch(`${sandbox.url}/acquirer/tokens`, { method: 'POST', body: JSON.stringify(card) })
    .then((response) => response.json() as Promise<{ token?: string }>)
    .catch(() => undefined)
  if (made?.token === undefined) return undefined
  const caller = as(customer.email)
  const link = await caller.post('/v1/cards', { token: made.token })
  if (link.status >= 300) return undefined
  const { body } = await caller.until(`/v1/cards/${idOf(link)}`, ({ state }) => state !== 'verifying')
  return body['state'] === 'linked' ? idOf(link) : undefined
}

/** A test card that nobody else has; sometimes one whose bank hangs up, or declines. */
function newNumber(random: Random): string {
  if (random.next() < 0.2) return random.pick(['4000000000000119', '4000000000000002', '4000000000000341'])
  const digits = `${random.pick(['424242', '520082', '400005'])}${Array.from({ length: 9 }, () => random.between(0, 9)).join('')}`
  return `${digits}${[...'0123456789'].find((check) => passesLuhn(digits + check))}`
}
