import { amountIn, idOf, usd, type Scene, type Story } from '../story.ts'

const over = ({ state }: Record<string, unknown>) => state !== 'processing'

/** Every way in which a bank answers a pull, by the amount's last two digits. */
const MAGIC = [0, 1, 2, 3, 4, 5, 6]

const ordered = ({ random, service, customer }: Scene, path: string, amount: readonly [number, number]) =>
  service.post(path, {
    wallet_id: customer.wallet_id,
    bank_account_id: customer.bank_account_id,
    amount: usd(amountIn(random, ...amount, MAGIC))
  })

const topUp: Story = {
  name: 'top-up',
  weight: 7,
  run: (scene) => ordered(scene, '/v1/top-ups', [2_000, 20_000])
}

const withdrawal: Story = {
  name: 'withdrawal',
  weight: 4,
  run: async (scene) => {
    const { random, customer, service, as } = scene
    const made = await ordered(scene, '/v1/withdrawals', [500, 5_000])
    if (made.body['state'] !== 'requires_action') return
    const path = `/v1/withdrawals/${idOf(made)}`
    const dice = random.next()
    if (dice < 0.1) await service.post(`${path}/cancel`)
    else if (dice < 0.9) await as(customer.email).post(`${path}/confirm`, { pin: customer.pin })
  }
}

/** What the bank had booked it takes back: some of it from a wallet that has spent it. */
const takenBack: Story = {
  name: 'bank return',
  weight: 2,
  run: async (scene) => {
    const { random, sandbox, service, customer } = scene
    const made = await ordered(scene, '/v1/top-ups', [500, 2_000])
    if (made.status >= 300) return
    const { body } = await service.until(`/v1/top-ups/${idOf(made)}`, over)
    if (body['state'] !== 'succeeded') return
    if (random.next() < 0.5) await spendAll(scene)
    const reason = random.pick(['account_closed', 'unauthorized'])
    const asked = { bank: 'a', reason, reference: idOf(made) }
    // Bank B keeps other accounts; and whoever is down takes nothing back.
    await sandbox
      .admin('POST', '/returns', asked)
      .catch(() => sandbox.admin('POST', '/returns', { ...asked, bank: 'b' }))
      .catch(() => undefined)
    // Whoever owes pays with the next money that comes in.
    await service.post('/v1/top-ups', {
      wallet_id: customer.wallet_id,
      bank_account_id: customer.bank_account_id,
      amount: usd(5_000)
    })
  }
}

/** So that what is taken back is owed. */
async function spendAll({ service, customer, people }: Scene): Promise<void> {
  const { body } = await service.get(`/v1/wallets/${customer.wallet_id}`)
  const { amount } = body['available'] as { amount: string }
  if (amount === '0') return
  await service.post('/v1/payments', {
    wallet_id: customer.wallet_id,
    merchant_id: people.merchants[0],
    amount: { amount, currency: 'USD' }
  })
}

export const bankStories: readonly Story[] = [topUp, withdrawal, takenBack]
