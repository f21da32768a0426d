import { ibanAt } from '../../domain/iban.ts'
import type { Caller } from '../callers.ts'
import { newcomerPassword } from '../people.ts'
import { idOf, type Scene, type Story } from '../story.ts'

/** From the registration to the first linked bank account: somebody whom the system did not know before. */
const newcomer: Story = {
  name: 'newcomer',
  weight: 1,
  run: async (scene) => {
    const { random, as, introduce } = scene
    const email = `${random.hex(16)}@example.org`
    const address = { email, password: newcomerPassword, zone: 'UTC', terms_version: '2026-11' }
    const registered = await as('').post('/v1/registrations', address)
    if (registered.status >= 300) return
    const code = await mailedCode(scene, email)
    if (code === undefined) return
    const confirmed = await as('').post(`/v1/verifications/${idOf(registered)}/confirm`, { code })
    // The code's time may be over: then nobody can log in.
    if (confirmed.status >= 300) return
    introduce(email, newcomerPassword)
    const customer = as(email)
    if (!(await isApproved(scene, customer))) return
    await linkAccount(scene, customer)
  }
}

async function isApproved({ random }: Scene, customer: Caller): Promise<boolean> {
  const application = await customer.post('/v1/onboardings', { target_tier: 1 })
  if (application.status >= 300) return false
  const path = `/v1/onboardings/${idOf(application)}`
  await customer.post(`${path}/submit`, {
    name: `Nadia ${letters(random.hex(10))}`,
    birth_date: '1990-05-17',
    document: {
      type: 'passport',
      number: random.hex(8).toUpperCase(),
      country: 'DE',
      expires_on: '2046-01-31',
      image_sha256: random.hex(64)
    },
    selfie_sha256: random.hex(64)
  })
  const { body } = await customer.until(path, ({ state }) => state !== 'collecting' && state !== 'verifying')
  return body['state'] === 'approved'
}

/** By the bank's word or by two small amounts, which the holder reads, or does not. */
async function linkAccount({ random, sandbox }: Scene, customer: Caller): Promise<void> {
  const iban = ibanAt(
    'a',
    '000000',
    `${random.between(10_000, 99_999)}${random.between(0, 9)}${random.pick(['00', '91'])}`
  )
  const method = random.pick(['instant', 'micro_deposits'])
  const link = await customer.post('/v1/bank-accounts', { iban, method })
  if (link.status >= 300 || method === 'instant') return
  const path = `/v1/bank-accounts/${idOf(link)}`
  const due = (body: Record<string, unknown>) => JSON.stringify(body['requirements'] ?? '').includes('amounts')
  await customer.until(path, (body) => body['state'] !== 'verifying' || due(body))
  const { data } = await sandbox.admin('GET', '/journal?bank=a').catch(() => ({ data: [] }))
  const amounts = (data as { reference: string; amount: string }[])
    .filter(({ reference }) => reference.startsWith(idOf(link)))
    .map(({ amount }) => amount)
  if (random.next() < 0.3) await customer.post(`${path}/verify`, { amounts: ['1', '2'] })
  if (amounts.length === 2) await customer.post(`${path}/verify`, { amounts })
}

const frozen: Story = {
  name: 'frozen and thawed',
  weight: 1,
  run: async ({ random, customer, as, service, people }) => {
    const owner = as(customer.email)
    const path = `/v1/wallets/${customer.wallet_id}`
    await owner.post(`${path}/freeze`)
    const order = {
      wallet_id: customer.wallet_id,
      merchant_id: people.merchants[0],
      amount: { amount: '500', currency: 'USD' }
    }
    await service.post('/v1/payments', order)
    await owner.post(`${path}/thaw`, { password: customer.password, pin: customer.pin })
    if (random.next() < 0.5) await service.post('/v1/payments', order)
  }
}

export const accountStories: readonly Story[] = [newcomer, frozen]

/** The code as it came by mail; undefined when none came while somebody looked for it. */
async function mailedCode({ sandbox }: Scene, to: string): Promise<string | undefined> {
  for (let look = 0; look < 100; look++) {
    const { data } = await sandbox.admin('GET', `/inbox?to=${encodeURIComponent(to)}`).catch(() => ({ data: [] }))
    const code = (data as { text: string }[]).map(({ text }) => /\b\d{6}\b/.exec(text)?.[0]).find(Boolean)
    if (code !== undefined) return code
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return undefined
}

const letters = (hex: string): string =>
  [...hex].map((digit) => 'abcdefghijklmnop'[Number.parseInt(digit, 16)]).join('')
