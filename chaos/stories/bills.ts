import { amountIn, idOf, usd, type Scene, type Story } from '../story.ts'

/** Every way in which the billers' network answers, by the amount's last two digits. */
const MAGIC = [0, 1, 2, 3, 4, 6]

/** Lakeside Water wants LW and eight digits, and gives its word a minute later; City Power's numbers have a check digit. */
const BILLERS = [
  { name: 'Lakeside Water', number: (digits: string) => `LW${digits}` },
  { name: 'City Power', number: (digits: string) => `1${digits}${luhn(`1${digits}`)}` }
]

function luhn(head: string): number {
  const sum = [...head].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return (10 - (sum % 10)) % 10
}

/** Where which bill is paid; undefined: the billers cannot be read. */
async function billOf({ random, service, customer }: Scene) {
  const { name, number } = random.pick(BILLERS)
  const { body } = await service.get(`/v1/billers?name=${encodeURIComponent(name)}`)
  const [biller] = (body['data'] ?? []) as { id: string }[]
  if (!biller) return undefined
  return {
    wallet_id: customer.wallet_id,
    biller_id: biller.id,
    account_number: number(String(random.between(10_000_000, 99_999_999)))
  }
}

async function pay(scene: Scene) {
  const bill = await billOf(scene)
  const amount = usd(amountIn(scene.random, 500, 4_000, MAGIC))
  return bill && scene.service.post('/v1/bill-payments', { ...bill, amount })
}

/** Now, and some of it taken back or approved. */
const bill: Story = {
  name: 'bill payment',
  weight: 3,
  run: async (scene) => {
    const { random, customer, service, as } = scene
    const made = await pay(scene)
    if (!made || made.status >= 300) return
    const path = `/v1/bill-payments/${idOf(made)}`
    if (made.body['state'] === 'awaiting_approval' && random.next() < 0.8)
      await as(customer.email).post(`${path}/approve`, { pin: customer.pin })
    else if (made.body['state'] === 'awaiting_funds' && random.next() < 0.5) await service.post(`${path}/cancel`)
  }
}

/** What was paid is given back by the biller: before it is settled, or after. */
const givenBack: Story = {
  name: 'bill reversal',
  weight: 1,
  run: async (scene) => {
    const { random, sandbox } = scene
    const made = await pay(scene)
    if (!made || made.status >= 300) return
    if (random.next() < 0.5) await sandbox.admin('POST', '/biller-settlements', {}).catch(() => undefined)
    const asked = { reference: idOf(made), reason: 'overpaid' }
    // One that was not booked, or not yet, is not given back.
    await sandbox.admin('POST', '/bill-reversals', asked).catch(() => undefined)
  }
}

const DAY_MS = 86_400_000
/** Later than that, with the five days for which money is looked for, would be after every deadline (chaos/quiet.ts). */
const SOON_MS = 4 * DAY_MS

/** One date of a weekly rule, announced, debited or missed while the clock is moved; its customer decides this and that. */
const mandate: Story = {
  name: 'mandate',
  weight: 2,
  run: async (scene) => {
    const { random, service } = scene
    const bill = await billOf(scene)
    if (!bill) return
    const made = await service.post('/v1/mandates', {
      ...bill,
      amount: { fixed: usd(amountIn(random, 500, 4_000, MAGIC)) },
      rule: { every: 'week', weekday: random.between(1, 7) },
      count: 1,
      holiday: 'on',
      late_policy: random.pick(['pay_late', 'skip', 'ask'])
    })
    if (made.status >= 300) return
    const decide = (verb: string, body: object = {}) => service.post(`/v1/mandates/${idOf(made)}/${verb}`, body)
    const { created_at, next } = made.body as { created_at: string; next?: { debit_at: string } }
    const isSoon = next !== undefined && Date.parse(next.debit_at) - Date.parse(created_at) < SOON_MS
    if (!isSoon || random.next() < 0.1) return decide('cancel')
    const chance = random.next()
    if (chance < 0.15) await decide('skip-next')
    else if (chance < 0.3) await decide('change-next', { amount: usd(amountIn(random, 500, 4_000)) })
    else if (chance < 0.6) {
      await decide('pause')
      if (random.next() < 0.8) await decide('resume')
    }
  }
}

export const billStories: readonly Story[] = [bill, givenBack, mandate]
