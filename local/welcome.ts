import { join } from 'node:path'
import type { Credentials } from './credentials.ts'

/** What `npm start` prints when everything answers: where it is, and how to make the first payment. */
export function welcome(credentials: Credentials, home: string): string {
  const rows: [string, string | null][] = [
    ['API', credentials.api_url],
    ['API docs', credentials.docs_url],
    ['Temporal UI', credentials.temporal_ui_url],
    ['Temporal', credentials.temporal_address],
    ['Sandbox', credentials.sandbox_url],
    ['Database', withoutPassword(credentials.database_url)],
    ['Credentials', join(home, 'credentials.json')],
    ['Logs', join(home, 'logs')]
  ]
  const table = rows.filter(([, value]) => value !== null).map(([name, value]) => `  ${name.padEnd(12)} ${value}`)
  return ['', ...table, '', ...firstPayment(credentials), ''].join('\n')
}

function firstPayment({ api_url: api, seed }: Credentials): string[] {
  const customer = seed.customers[0]
  if (!customer) return []
  const { email, password, wallet_id, bank_account_id } = customer
  const amount = (minorUnits: string) => ({ amount: minorUnits, currency: 'USD' })
  return [
    'The first payment (customer-a tops up 50.00 USD and pays 12.50 of it):',
    '',
    `  TOKEN=$(curl -s ${api}/v1/sessions ${json({ login: email, password })} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    `  curl -s ${api}/v1/top-ups ${authorized} ${json({ wallet_id, bank_account_id, amount: amount('5000') })}`,
    `  curl -s ${api}/v1/wallets/${wallet_id} -H "Authorization: Bearer $TOKEN"`,
    `  curl -s ${api}/v1/payments ${authorized} ${json({ wallet_id, merchant_id: seed.merchant_id, amount: amount('1250') })}`
  ]
}

const withoutPassword = (url: string): string => Object.assign(new URL(url), { password: '' }).href

const authorized = '-H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: $(date +%s)"'
const json = (body: unknown): string => `-H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`
