import { createHash, randomBytes } from 'node:crypto'
import { ibanAt } from '../domain/iban.ts'
import type { Body, Caller, Teller } from './demo-teller.ts'

const usd = (minorUnits: number) => ({ amount: String(minorUnits), currency: 'USD' })
const DAY_MS = 86_400_000
const PASSWORD = 'correct horse battery'
const PIN = '471199'

/** Somebody whom nobody knew before the story. */
export interface Newcomer {
  readonly caller: Caller
  readonly walletId: string
  readonly bankAccountId: string
}

/** From nobody to a customer of tier 1 with a wallet, a linked bank account, and money in it. */
export async function tellNewcomer(teller: Teller): Promise<Newcomer> {
  const { caller, customerId } = await register(teller)
  await becomeKnown(teller, caller, customerId)
  return openAndTopUp(teller, caller)
}

async function register(teller: Teller): Promise<{ caller: Caller; customerId: string }> {
  const email = `${randomBytes(6).toString('hex')}@example.org`
  teller.chapter('Somebody who is nobody yet registers')
  const anyone = teller.as('')
  const person = { email, password: PASSWORD, zone: 'Europe/Berlin', terms_version: '2026-11' }
  const made = await anyone.post('/v1/registrations', person)
  const code = await teller.codeFor(email)
  await anyone.post(`/v1/verifications/${String(made['id'])}/confirm`, { code })
  teller.tell(`The code from the mailbox proves the address ${email}.`)
  const caller = await teller.logIn({ email, password: PASSWORD })
  const customerId = String(made['customer_id'])
  await caller.post(`/v1/customers/${customerId}/set-pin`, { password: PASSWORD, pin: PIN })
  teller.tell('Logged in, and a PIN chosen.')
  return { caller, customerId }
}

async function becomeKnown(teller: Teller, caller: Caller, customerId: string): Promise<void> {
  teller.chapter('KYC: identity bureau and screening list are asked, and find nothing')
  const applied = await caller.post('/v1/onboardings', { target_tier: 1 })
  const missing = (applied['requirements'] as { currently_due: string[] }).currently_due
  teller.tell(`Still missing: ${missing.join(', ')}.`, applied)
  const picture = createHash('sha256').update(randomBytes(16)).digest('hex')
  const number = randomBytes(4).toString('hex').toUpperCase()
  await caller.post(`/v1/onboardings/${String(applied['id'])}/submit`, {
    name: nameOfNobody(),
    birth_date: '1990-05-17',
    document: { type: 'passport', number, country: 'DE', expires_on: '2036-01-31', image_sha256: picture },
    selfie_sha256: picture
  })
  const over = await caller.until(`/v1/onboardings/${String(applied['id'])}`, ({ state }) => isDecided(state))
  teller.expect(over['state'] === 'approved', `the application is ${String(over['state'])}`)
  const customer = await caller.get(`/v1/customers/${customerId}`)
  teller.expect(customer['tier'] === 1, `the customer has tier ${String(customer['tier'])}`)
  teller.tell('Approved: tier 1, up to 500.00 USD a payment.')
}

async function openAndTopUp(teller: Teller, caller: Caller): Promise<Newcomer> {
  teller.chapter('A wallet, a linked bank account, and the first money')
  const wallet = await caller.post('/v1/wallets', { currency: 'USD' })
  const walletId = String(wallet['id'])
  const number = `${String(randomBytes(4).readUInt32BE() % 1_000_000).padStart(6, '0')}00`
  const asked = await caller.post('/v1/bank-accounts', { iban: ibanAt('a', '000000', number), method: 'instant' })
  const path = `/v1/bank-accounts/${String(asked['id'])}`
  const link = await caller.until(path, ({ state }) => state !== 'verifying')
  teller.expect(link['state'] === 'linked', `the bank account is ${String(link['state'])}`)
  teller.tell('The bank knows the name, and whose account it is: linked.')
  const bankAccountId = String(link['id'])
  const order = { wallet_id: walletId, bank_account_id: bankAccountId, amount: usd(20_000) }
  const topUp = await overAt(caller, '/v1/top-ups', await caller.post('/v1/top-ups', order))
  teller.expect(topUp['state'] === 'succeeded', `the top-up is ${String(topUp['state'])}`)
  teller.tell('200.00 USD from there.', topUp)
  return { caller, walletId, bankAccountId }
}

const backTo = ({ walletId, bankAccountId }: Newcomer) => ({
  wallet_id: walletId,
  bank_account_id: bankAccountId,
  amount: usd(15_000)
})

/** What a young link has pulled has to stay for a while. */
export async function tellTooEarly(teller: Teller, newcomer: Newcomer): Promise<void> {
  teller.chapter('The newcomer would have 150.00 USD sent back to the bank, and has to wait')
  const early = await newcomer.caller.post('/v1/withdrawals', backTo(newcomer))
  teller.expect(early['decline_code'] === 'not_withdrawable_yet', `the withdrawal is ${String(early['state'])}`)
  teller.tell('Money that a young link has pulled may be spent at once, and withdrawn after 5 business days.', early)
}

/** Back to the bank: confirmed by PIN, held, sent once, booked. */
export async function tellMoneyBack(teller: Teller, newcomer: Newcomer): Promise<void> {
  const { caller, walletId } = newcomer
  teller.chapter('Eight days later it is sent')
  await teller.advanceClock(8 * DAY_MS)
  const asked = await caller.post('/v1/withdrawals', backTo(newcomer))
  teller.expect(asked['state'] === 'requires_action', `the withdrawal is ${String(asked['state'])}`)
  teller.tell('It waits for the PIN: the first one to this account.', asked)
  await caller.post(`/v1/withdrawals/${String(asked['id'])}/confirm`, { pin: PIN })
  const sent = await overAt(caller, '/v1/withdrawals', asked)
  teller.expect(sent['state'] === 'succeeded', `the withdrawal is ${String(sent['state'])}`)
  const left = (await caller.get(`/v1/wallets/${walletId}`))['available'] as { amount: string }
  teller.expect(left.amount === '4500', `${left.amount} cents are left`)
  teller.tell('Held, sent once, booked by the bank: 45.00 USD are left.')
}

const isDecided = (state: unknown): boolean => !['collecting', 'verifying'].includes(String(state))

/** Far from every name that is known, so that neither list nor earlier stories are near it. */
const nameOfNobody = (): string => `${randomBytes(6).toString('hex')} ${randomBytes(6).toString('hex')}`

/** Polls until the bank's word is in. */
const overAt = (caller: Caller, things: string, { id }: Body): Promise<Body> =>
  caller.until(`${things}/${String(id)}`, ({ state }) => state !== 'processing' && state !== 'requires_action')
