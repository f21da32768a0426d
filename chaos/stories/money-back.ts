import { setTimeout as pause } from 'node:timers/promises'
import type { Answer } from '../callers.ts'
import { idOf, usd, type Scene, type Story } from '../story.ts'
import { pay, payByCard } from './payments.ts'

/** A payment that has been captured, in US cents; undefined: it has not. */
async function sold(
  scene: Scene,
  buy: (scene: Scene) => Promise<Answer | undefined> = pay
): Promise<{ readonly id: string; readonly captured: number } | undefined> {
  const made = await buy(scene)
  const captured = Number((made?.body['captured'] as { amount: string } | undefined)?.amount ?? 0)
  return made && captured > 0 ? { id: idOf(made), captured } : undefined
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

/** The acquirer's word of a payment that its card's holder had taken back; undefined: it was down, or nothing was left. */
async function chargeBack(
  { sandbox, random }: Scene,
  reference: string,
  captured: number
): Promise<string | undefined> {
  const part = random.next() < 0.3 ? { amount: String(random.between(1, captured)) } : {}
  // Now and then nobody is told.
  const reports = random.next() < 0.2 ? 0 : 1
  const asked = { reference, reason: random.pick(['fraud', '13.1', '4853']), reports, ...part }
  const made = await sandbox.admin('POST', '/chargebacks', asked).catch(() => undefined)
  return made && String(made['id'])
}

/** The dispute that the acquirer's word opened by itself; undefined: nobody has heard of it while somebody looked. */
async function openedBy({ merchant }: Scene, chargeback: string): Promise<string | undefined> {
  for (let look = 0; look < 30; look++) {
    const { body } = await merchant.get('/v1/disputes?limit=20')
    const all = (body['data'] ?? []) as { id: string; chargeback_id?: string }[]
    const opened = all.find(({ chargeback_id }) => chargeback_id === chargeback)
    if (opened) return opened.id
    await pause(200)
  }
  return undefined
}

/** Taken back by the card's issuer, beside a refund or a dispute of the same; given in, or shown and decided, or left. */
const chargebacks: Story = {
  name: 'a card payment charged back',
  weight: 2,
  run: async (scene) => {
    const { merchant, service, sandbox, random } = scene
    const payment = await sold(scene, (each) => payByCard(each, 'automatic'))
    if (!payment) return
    const beside = random.next()
    const [chargeback] = await Promise.all([
      chargeBack(scene, payment.id, payment.captured),
      beside < 0.3 && merchant.post('/v1/refunds', { payment_id: payment.id }),
      beside > 0.7 &&
        service.post('/v1/disputes', { payment_id: payment.id, reason: 'not_received', narrative: 'It never came.' })
    ])
    const opened = chargeback === undefined ? undefined : await openedBy(scene, chargeback)
    if (opened === undefined) return
    const dice = random.next()
    if (dice < 0.3) await merchant.post(`/v1/disputes/${opened}/accept`)
    if (dice < 0.5) return
    await merchant.post(`/v1/disputes/${opened}/submit-evidence`, { text: 'It was signed for.' })
    const outcome = random.pick(['won', 'lost'])
    // Whoever has not been shown anything yet has nothing to decide.
    if (dice < 0.9) await sandbox.admin('POST', `/chargebacks/${chargeback}/decide`, { outcome }).catch(() => undefined)
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

/** The acquirer brings what it owes us to our bank, less its fee; while it is down it brings nothing. */
const payouts: Story = {
  name: 'an acquirer pays out',
  weight: 1,
  run: ({ sandbox }) => sandbox.admin('POST', '/acquirer-payouts', {}).catch(() => undefined)
}

export const moneyBackStories: readonly Story[] = [refunds, disputes, chargebacks, decisions, settlements, payouts]
