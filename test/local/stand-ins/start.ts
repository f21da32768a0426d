// local/start.ts with stand-ins for API and worker, and seed data out of thin air.
import { fileURLToPath } from 'node:url'
import { runSupervisor } from '../../../local/run-supervisor.ts'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const key = 'key'
const keys = {
  service: key,
  merchant: key,
  support: key,
  reviewer: key,
  reviewer_2: key,
  finance: key,
  finance_2: key,
  admin: key
}
const customer = {
  id: 'cus_1',
  email: 'a@example.test',
  password: 'p',
  pin: '1',
  wallet_id: 'wal_1',
  bank_account_id: 'ban_1'
}

try {
  await runSupervisor({
    programs: async () => ({
      sandbox: path('../../../sandbox/main.ts'),
      api: path('api.ts'),
      worker: path('worker.ts')
    }),
    seed: async () => ({
      keys,
      seed: { merchant_id: 'mer_1', biller_id: null, ibans: { ok: 'DE00' }, customers: [customer] }
    })
  })
  process.exit(0)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
