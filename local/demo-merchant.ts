import { createHash, randomBytes } from 'node:crypto'
import { ibanAt } from '../domain/iban.ts'
import type { Newcomer } from './demo-newcomer.ts'
import type { Teller } from './demo-teller.ts'

const usd = (minorUnits: number) => ({ amount: String(minorUnits), currency: 'USD' })
const address = { line: 'Lane 1', postal_code: '10115', city: 'Berlin', country: 'DE' }

/** From a business that nobody knows to its first payment, asked for under its own key and paid by the newcomer. */
export async function tellNewMerchant(teller: Teller, { caller, walletId }: Newcomer): Promise<void> {
  const service = teller.as(teller.credentials.keys.service)
  teller.chapter('A business applies to be paid: register, lists and its bank are asked')
  const merchant = await service.post('/v1/merchants', {
    name: 'Tea and Sympathy',
    city: 'Berlin',
    country: 'DE',
    mcc: '5814',
    currency: 'USD',
    legal_name: `${hex(6)} ${hex(6)} GmbH`,
    legal_form: 'GmbH',
    registration_number: `HRB ${hex(4)}`,
    contact_email: `${hex(6)}@example.org`.toLowerCase(),
    address
  })
  const merchantId = String(merchant['id'])
  const applied = await service.post('/v1/onboardings', { merchant_id: merchantId })
  const path = `/v1/onboardings/${String(applied['id'])}`
  const missing = (applied['requirements'] as { currently_due: string[] }).currently_due
  teller.tell(`Still missing: ${missing.join(', ')}.`, applied)
  await service.post(`${path}/submit-business`, {
    registration_document: { issued_on: '2026-10-01', sha256: picture() },
    beneficial_owners: [{ ...somebody(), share_bps: 10_000 }],
    representative: { ...somebody(), role: 'director' },
    settlement_account: { iban: ibanAt('a', '000000', '00000100') },
    terms_version: '2026-11'
  })
  const over = await service.until(path, ({ state }) => !['collecting', 'verifying'].includes(String(state)))
  teller.expect(over['state'] === 'approved', `the application is ${String(over['state'])}`)
  teller.tell('Approved: it has a key of its own now, and asks for 5.00 USD by a link.')
  const key = await service.post(`/v1/merchants/${merchantId}/api-keys`)
  const asked = await teller.as(String(key['secret'])).post('/v1/payment-requests', { amount: usd(500) })
  const paid = await caller.post('/v1/payments', { wallet_id: walletId, payment_request_id: asked['id'] })
  teller.expect(paid['state'] === 'succeeded', `the payment is ${String(paid['state'])}`)
  teller.tell('The newcomer pays it.', paid)
}

/** Far from every name that is known. */
const somebody = () => ({
  name: `${hex(6)} ${hex(6)}`,
  birth_date: '1980-05-17',
  country: 'DE',
  document: { type: 'passport', number: hex(4), country: 'DE', expires_on: '2036-01-31', image_sha256: picture() }
})

const hex = (bytes: number): string => randomBytes(bytes).toString('hex').toUpperCase()
const picture = (): string => createHash('sha256').update(randomBytes(16)).digest('hex')
