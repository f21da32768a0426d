import { idOf, usd, type Scene, type Story } from '../story.ts'
import { pay } from './payments.ts'

/** A payment that has been captured, in US cents; undefined: it has not. */
async function sold(scene: Scene): Promise<{ readonly id: string; readonly captured: number } | undefined> {
  const made = await pay(scene)
  const captured = Number((made.body['captured'] as { amount: string } | undefined)?.amount ?? 0)
  return captured > 0 ? { id: idOf(made), captured } : undefined
}

/** In parts, at once or one after the other, now and then for more than there is. */
const refunds: Story = {
  name: 'a payment given back',
  weight: 4,
  run: async (scene) => {
    const { merchant, random } = scene
    const payment = await sold(scene)
    if (!payment) return
    const part = () => ({ payment_id: payment.id, amount: usd(random.between(1, payment.captured)) })
    if (random.next() < 0.5) await merchant.post('/v1/refunds', { payment_id: payment.id })
    else await Promise.all([part(), part(), part()].map((body) => merchant.post('/v1/refunds', body)))
  }
}

const REASONS = ['fraud', 'not_received', 'duplicate', 'not_as_described'] as const

/** Disputed in part or whole, while the merchant gives back what they like; given in, withdrawn, answered, or left. */
const disputes: Story = {
  name: 'a payment disputed',
  weight: 2,
  run: async (scene) => {
    const { merchant, service, random } = scene
    const payment = await sold(scene)
    if (!payment) return
    const order = { payment_id: payment.id, reason: random.pick(REASONS), narrative: 'It never came.' }
    const amount = usd(random.between(1, payment.captured))
    const [opened] = await Promise.all([
      service.post('/v1/disputes', { ...order, amount }),
      random.next() < 0.5 ? merchant.post('/v1/refunds', { payment_id: payment.id }) : undefined
    ])
    if (opened.status !== 201) return
    const path = `/v1/disputes/${idOf(opened)}`
    const dice = random.next()
    if (dice < 0.3) await merchant.post(`${path}/accept`)
    else if (dice < 0.5) await service.post(`${path}/withdraw`)
    else if (dice < 0.8) await merchant.post(`${path}/submit-evidence`, { text: 'It was signed for.' })
  }
}

/** Reviewers decide what has been shown in time. */
const decisions: Story = {
  name: "a reviewer's dispute",
  weight: 1,
  run: async ({ as, random }) => {
    const reviewer = as('reviewer')
    const { body } = await reviewer.get('/v1/disputes?state=under_review&limit=20')
    const open = (body['data'] ?? []) as { id: string }[]
    if (open.length === 0) return
    const outcome = random.pick(['won', 'lost'] as const)
    await reviewer.post(`/v1/disputes/${random.pick(open).id}/decide`, { outcome, reason: 'what was shown says so' })
  }
}

const settlements: Story = {
  name: 'a merchant settled',
  weight: 1,
  run: ({ merchant, people }) => merchant.post('/v1/settlements', { merchant_id: people.merchants[0] })
}

export const moneyBackStories: readonly Story[] = [refunds, disputes, decisions, settlements]
