import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { Database } from '../db/schema.ts'
import { account } from '../domain/account-kinds.ts'
import { currency } from '../domain/currencies.ts'
import { ibanAt } from '../domain/iban.ts'
import { idOf, type IdPrefix, type MerchantId } from '../domain/ids.ts'
import { PostingQueue } from '../ledger/posting-queue.ts'
import { insertApiKey, type KeyHolder } from '../store/api-keys.ts'
import { insertBankAccount } from '../store/bank-account.ts'
import { insertCustomer } from '../store/customers.ts'
import { settlementAccountDatum } from '../store/kyb-profile.ts'
import { insertMerchant } from '../store/merchant.ts'
import { insertOperator, type OperatorRole } from '../store/operators.ts'
import { setPassword } from '../store/passwords.ts'
import { putPersonal } from '../store/personal.ts'
import { setPin } from '../store/pin.ts'
import type { Vault } from '../store/vault.ts'
import { insertWallet } from '../store/wallet.ts'
import { seedBillers } from './seed-billers.ts'
import type { OperatorKeys, Seeded, SeededCustomer } from './credentials.ts'

export interface SeedTarget {
  readonly db: Kysely<Database>
  readonly pool: pg.Pool
  readonly vault: Vault
}

const USD = currency('USD')
const DAY_MS = 86_400_000

/** Names are of nobody; the PINs pass `pinFault`. */
const people = [
  {
    login: 'customer-a',
    name: 'Ada Example',
    tier: 2,
    bank: 'a',
    number: '11111111',
    pin: '194736',
    linkedDaysAgo: 45
  },
  { login: 'customer-b', name: 'Ben Example', tier: 1, bank: 'b', number: '22222222', pin: '582941', linkedDaysAgo: 0 },
  {
    login: 'bench',
    name: 'Bench Example',
    tier: 2,
    bank: 'a',
    number: '33333333',
    pin: '736204',
    linkedDaysAgo: 45,
    policy: 'unlimited'
  }
] as const satisfies readonly Person[]

/** Somebody to be made: a customer with a wallet and a linked bank account. */
export interface Person {
  /** Of the address, before `@example.com`. */
  readonly login: string
  readonly name: string
  readonly tier: 1 | 2
  readonly bank: 'a' | 'b'
  /** The account's, eight digits. */
  readonly number: string
  readonly pin: string
  readonly linkedDaysAgo: number
  readonly policy?: 'unlimited'
}

/**
 * Writes customers, merchant, keys and the opening capital of a new installation, without any process.
 * @param withBench the load generator's customer too, who has no limits: not in production.
 */
export async function seedRecords(target: SeedTarget, { withBench = true } = {}): Promise<Seeded> {
  await openCapital(target)
  const merchantId = newId('mer')
  await insertMerchant(target.db, {
    id: merchantId,
    name: 'Corner Coffee',
    city: 'Berlin',
    country: 'DE',
    mcc: '5814',
    currency: USD
  })
  // Where it is paid: as an application would have given it, and its bank confirmed.
  await putPersonal(target.db, target.vault, merchantId, settlementAccountDatum(ibanAt('a', '000000', '44444444')))
  const customers: SeededCustomer[] = []
  for (const person of people.filter(({ login }) => withBench || login !== 'bench'))
    customers.push(await seedPerson(target, person))
  return {
    keys: await seedKeys(target.db, merchantId),
    seed: {
      merchant_id: merchantId,
      biller_id: await seedBillers(target.db),
      ibans: {
        ok: ibanAt('a', '000000', '11111111'),
        bank_b: ibanAt('b', '000000', '22222222')
      },
      customers
    }
  }
}

/** What the sandbox's banks opened our accounts with, in our books. */
async function openCapital({ pool }: SeedTarget): Promise<void> {
  const ledger = new PostingQueue({ pool, writers: [] })
  for (const bank of ['a', 'b']) {
    const opened = await ledger.post({
      key: `capital:opening:${bank}:USD`,
      fingerprint: 'opening',
      postings: [
        {
          op: 'post',
          debit: account('bank_cash', bank, USD),
          credit: account('capital', '', USD),
          amount: 100_000_000n,
          code: 'capital.opening'
        }
      ]
    })
    if (opened.status !== 'posted') throw new Error(`the opening capital of bank ${bank} was not booked`)
  }
}

export async function seedPerson({ db, vault }: Omit<SeedTarget, 'pool'>, person: Person): Promise<SeededCustomer> {
  const { login, name, tier, bank, number, pin, linkedDaysAgo, policy } = person
  const id = newId('cus')
  const email = `${login}@example.com`
  const password = `${login}-${randomBytes(9).toString('base64url')}`
  const wallet_id = newId('wal')
  const bank_account_id = newId('ban')
  await insertCustomer(db, { id, zone: 'Europe/Berlin', tier, policy: policy ?? null })
  await putPersonal(db, vault, id, { kind: 'name', value: name, verified: true })
  await putPersonal(db, vault, id, { kind: 'email', value: email, verified: true })
  const iban = ibanAt(bank, '000000', number)
  await putPersonal(db, vault, id, { kind: 'iban', reference: bank_account_id, value: iban, verified: true })
  await setPassword(db, id, password)
  await setPin(db, vault, id, pin)
  await insertWallet(db, { id: wallet_id, customerId: id, currency: USD })
  const linkedAt = new Date(Date.now() - linkedDaysAgo * DAY_MS)
  await insertBankAccount(db, { id: bank_account_id, customerId: id, bank, state: 'linked', linkedAt })
  return { id, email, password, pin, wallet_id, bank_account_id, ...(policy && { policy }) }
}

async function seedKeys(db: Kysely<Database>, merchantId: MerchantId): Promise<OperatorKeys> {
  const key = async (holder: KeyHolder) =>
    (await insertApiKey(db, { id: newId('key'), holder, scopes: ['*'], createdBy: 'seed' })).secret
  const operator = async (role: OperatorRole, name: string) => {
    const { id } = await insertOperator(db, { id: newId('opr'), role, name })
    return key({ role, operatorId: id })
  }
  return {
    service: await key({ role: 'service', serviceName: 'backend' }),
    merchant: await key({ role: 'merchant', merchantId }),
    support: await operator('support', 'Support One'),
    reviewer: await operator('reviewer', 'Reviewer One'),
    reviewer_2: await operator('reviewer', 'Reviewer Two'),
    finance: await operator('finance', 'Finance One'),
    finance_2: await operator('finance', 'Finance Two'),
    admin: await operator('admin', 'Admin One')
  }
}

const newId = <P extends IdPrefix>(prefix: P) => idOf(prefix, `${prefix}_${randomBytes(16).toString('hex')}`)
