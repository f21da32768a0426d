import { paymentRequestActivities } from '../../activities/payment-request.ts'
import { paymentActivities } from '../../activities/payment.ts'
import { topUpActivities } from '../../activities/top-up.ts'
import { account } from '../../domain/account-kinds.ts'
import { currency, type CurrencyCode } from '../../domain/currencies.ts'
import type { CustomerId, MerchantId, PaymentId, PaymentRequestId, TopUpId, WalletId } from '../../domain/ids.ts'
import { paymentPolicy, paymentRequestPolicy, topUpPolicy } from '../../domain/policy/index.ts'
import { PostingQueue } from '../../ledger/posting-queue.ts'
import type { UnitOfWork } from '../../ledger/unit-of-work.ts'
import { insertBankAccount } from '../../store/bank-account.ts'
import { recordDecision } from '../../store/decision.ts'
import { insertMerchant } from '../../store/merchant.ts'
import { recordWriters } from '../../store/record-writers.ts'
import { openWallet } from '../../store/wallet.ts'
import { newCustomer, newId, newKey, type ApiUnderTest, type TestCustomer } from './api-under-test.ts'

export const USD = currency('USD')

/** A customer who may pay, with a wallet. */
export async function newPayer(api: ApiUnderTest): Promise<TestCustomer & { readonly walletId: WalletId }> {
  const customer = await newCustomer(api)
  const { db } = api.deps
  await db.updateTable('customer').set({ tier: 2 }).where('id', '=', customer.id).execute()
  const { id: walletId } = await openWallet(db, { id: newId('wal'), customerId: customer.id, currency: USD })
  return { ...customer, walletId }
}

export async function newMerchant({ deps }: ApiUnderTest, currencyCode: CurrencyCode = USD): Promise<MerchantId> {
  const id = newId('mer')
  const place = { name: 'Café Grüße', city: 'Köln', country: 'DE', mcc: '5814' }
  await insertMerchant(deps.db, { id, ...place, currency: currencyCode })
  return id
}

/** The books and the payments' steps on the API's database: what a worker would do, without the engine. */
export function createTill(api: ApiUnderTest) {
  const { db, pool, policy } = api.deps
  const ledger = new PostingQueue({ pool, writers: recordWriters })
  const crash = () => undefined
  const runs = { nudge: () => Promise.resolve() }
  const steps = paymentActivities({ db, ledger, crash, runs })
  const post = (unit: Omit<UnitOfWork, 'fingerprint'>) => ledger.post({ ...unit, fingerprint: unit.key })
  const startOf = (id: PaymentId, { walletId, merchantId, amount, capture = 'automatic' }: Order) => ({
    id,
    order: {
      wallet_id: walletId,
      merchant_id: merchantId,
      amount: { amount: amount.toString(), currency: USD },
      capture,
      metadata: {}
    },
    policy: paymentPolicy(policy),
    fingerprint: id,
    actor: 'service:tests',
    requestId: newKey()
  })

  return {
    post,
    /** Puts money into a wallet, as an accepted top-up does. */
    fill: (walletId: WalletId, amount: bigint, key: string = `${newId('top')}:accept`) => {
      const [debit, credit] = [account('bank_in_transit', 'a', USD), account('wallet', walletId, USD)]
      return post({ key, postings: [{ op: 'post', debit, credit, amount, code: 'top_up.accept' }] })
    },
    /** An order as it is before any bank was asked. */
    topUp: async (payer: { readonly id: CustomerId; readonly walletId: WalletId }, minor: bigint): Promise<TopUpId> => {
      const [id, bankAccountId] = [newId('top'), newId('ban')]
      const link = { bank: 'a', state: 'linked', linkedAt: new Date() } as const
      await insertBankAccount(db, { id: bankAccountId, customerId: payer.id, ...link })
      const amount = { amount: minor.toString(), currency: USD }
      const order = { wallet_id: payer.walletId, bank_account_id: bankAccountId, bank: link.bank, amount, metadata: {} }
      const said = { fingerprint: id, actor: 'service:tests', requestId: newKey() }
      await topUpActivities({ db, ledger, crash }).acceptTopUp({ id, order, policy: topUpPolicy(policy), ...said })
      return id
    },
    /** A merchant's request for any amount. */
    request: async (merchantId: MerchantId): Promise<PaymentRequestId> => {
      const id = newId('prq')
      const order = { merchant_id: merchantId, currency: USD, multi_use: false, metadata: {} }
      const said = { fingerprint: id, actor: merchantId, requestId: newKey() }
      const policyOf = paymentRequestPolicy(policy)
      await paymentRequestActivities({ db, ledger, crash }).openPaymentRequest({ id, order, policy: policyOf, ...said })
      return id
    },
    pay: async (order: Order): Promise<PaymentId> => {
      const id = newId('pay')
      await steps.authorizePayment(startOf(id, order))
      return id
    },
    capture: async (id: PaymentId, order: Order, data: { amount: string; final: boolean }): Promise<void> => {
      const decision = { id: id.slice(-24) + newKey().slice(0, 8), processId: id, action: 'capture', data }
      const by = { actor: order.merchantId, role: 'merchant', fingerprint: newKey(), requestId: newKey() }
      await recordDecision(db, { ...decision, ...by })
      await steps.capturePayment(startOf(id, order), decision.id)
    }
  }
}

interface Order {
  readonly walletId: WalletId
  readonly merchantId: MerchantId
  readonly amount: bigint
  readonly capture?: 'automatic' | 'manual'
}
