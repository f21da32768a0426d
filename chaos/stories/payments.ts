import { newKey, type Answer } from '../callers.ts'
import { amountIn, idOf, usd, type Scene, type Story } from '../story.ts'
import { linkedCard } from './cards.ts'

const orderOf = ({ customer, people, random }: Scene, more: object = {}) => ({
  wallet_id: customer.wallet_id,
  merchant_id: people.merchants[0]!,
  amount: usd(amountIn(random, 500, 4_000)),
  ...more
})

/** Confirms with the PIN what has to be confirmed, mostly; sometimes thinks better of it, or only lets the time pass. */
async function confirmIfAsked(scene: Scene, made: Answer): Promise<Answer> {
  if (made.body['state'] !== 'requires_action') return made
  const { random, customer, service, as } = scene
  const path = `/v1/payments/${idOf(made)}`
  const dice = random.next()
  if (dice < 0.1) return service.post(`${path}/cancel`)
  if (dice < 0.2) return made
  return as(customer.email).post(`${path}/confirm`, { pin: customer.pin })
}

export const pay = async (scene: Scene, more: object = {}): Promise<Answer> =>
  confirmIfAsked(scene, await scene.service.post('/v1/payments', orderOf(scene, more)))

/** Captures in parts, captures the rest, gives it up, or leaves it until it expires; asks again what was refused. */
async function captureSomehow({ random, merchant }: Scene, held: Answer): Promise<void> {
  const path = `/v1/payments/${idOf(held)}`
  const parts = random.between(0, 2)
  for (let part = 0; part < parts; part++)
    await merchant.post(`${path}/capture`, { amount: usd(random.between(50, 200)) })
  const dice = random.next()
  if (dice < 0.4) await merchant.post(`${path}/capture`)
  else if (dice < 0.8) await merchant.post(`${path}/void`)
}

const held = ({ body }: { body: Record<string, unknown> }) => body['state'] === 'requires_capture'
const decided = (body: Record<string, unknown>) => body['state'] !== 'processing'

const balance: Story = { name: 'payment from balance', weight: 10, run: (scene) => pay(scene) }

const manual: Story = {
  name: 'payment held and captured',
  weight: 6,
  run: async (scene) => {
    const made = await pay(scene, { capture: 'manual' })
    if (held(made)) await captureSomehow(scene, made)
  }
}

/** Two captures and a void at the same moment: whoever comes first, the parts make no more than the whole. */
const race: Story = {
  name: 'captures and a void at once',
  weight: 2,
  run: async (scene) => {
    const made = await pay(scene, { capture: 'manual' })
    if (!held(made)) return
    const path = `/v1/payments/${idOf(made)}`
    const { merchant } = scene
    await Promise.all([
      merchant.post(`${path}/capture`, { amount: usd(300) }),
      merchant.post(`${path}/capture`),
      merchant.post(`${path}/void`)
    ])
  }
}

const split: Story = {
  name: 'shared payment',
  weight: 3,
  run: async (scene) => {
    const { random, people } = scene
    const [payee, seller, marketplace] = people.merchants
    const [mine, theirs, commission] = [1_000, 500, 100].map((least) => random.between(least, 2 * least))
    const splits = [
      { merchant_id: payee, amount: usd(mine!) },
      { merchant_id: seller, amount: usd(theirs!) },
      { merchant_id: marketplace, amount: usd(commission!), type: 'commission' }
    ]
    const capture = random.pick(['automatic', 'manual'])
    const made = await pay(scene, { amount: usd(mine! + theirs! + commission!), splits, capture })
    if (held(made)) await captureSomehow(scene, made)
  }
}

const byBank: Story = {
  name: 'payment from a bank account',
  weight: 4,
  run: (scene) => {
    const { random, customer } = scene
    const amount = usd(amountIn(random, 500, 4_000, [0, 1, 2, 3, 4, 5, 6]))
    return pay(scene, { amount, funding: { type: 'bank_account', id: customer.bank_account_id } })
  }
}

/** As the acquirer left it; undefined: there was no card, or nothing was made. */
export async function payByCard(scene: Scene, capture: 'automatic' | 'manual'): Promise<Answer | undefined> {
  const card = await linkedCard(scene)
  if (card === undefined) return undefined
  const made = await pay(scene, { funding: { type: 'card', id: card }, capture })
  return made.status >= 300 ? undefined : scene.service.until(`/v1/payments/${idOf(made)}`, decided)
}

const byCard: Story = {
  name: 'payment by card',
  weight: 4,
  run: async (scene) => {
    const made = await payByCard(scene, scene.random.pick(['automatic', 'automatic', 'manual']))
    if (made && held(made)) await captureSomehow(scene, made)
  }
}

/** The same key with another body, and the same request by three at once: one effect, and one answer. */
const again: Story = {
  name: 'one key, many requests',
  weight: 2,
  run: async (scene) => {
    const { service } = scene
    const key = newKey()
    const order = orderOf(scene)
    await service.post('/v1/payments', order, { key })
    const others = await Promise.all([0, 1].map(() => service.repeat('/v1/payments', order, key)))
    const changed = await service.repeat('/v1/payments', { ...order, amount: usd(77) }, key)
    if (others.some(({ status }) => status !== 201) || changed.status !== 422)
      throw new Error(`under one key: ${others.map(({ status }) => status).join(' ')}, changed: ${changed.status}`)
  }
}

export const paymentStories: readonly Story[] = [balance, manual, race, split, byBank, byCard, again]
