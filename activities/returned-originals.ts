import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CurrencyCode } from '../domain/currencies.ts'
import { transitOf } from '../domain/funding.ts'
import type { BankAccountId, CustomerId, MerchantId, WalletId } from '../domain/ids.ts'
import type { RecordWrite } from '../ledger/unit-of-work.ts'
import { findBookedAt } from '../store/event.ts'
import { findPayment } from '../store/payment.ts'
import { findRefund } from '../store/refund.ts'
import { findSettlement } from '../store/settlement.ts'
import { findTopUp } from '../store/top-up.ts'
import { findWithdrawal } from '../store/withdrawal.ts'
import { overpaidWrite, returnedWrite as paymentReturned } from './payment-funding-units.ts'
import { returnedWrite as refundReturned } from './refund-units.ts'
import { returnedWrite as settlementReturned } from './settlement-units.ts'
import { returnedWrite as topUpReturned } from './top-up-units.ts'
import { returnedWrite as withdrawalReturned } from './withdrawal-units.ts'

/** An instruction of ours that a bank has booked and sends back, as its own process knows it. */
export interface ReturnedOriginal {
  readonly id: string
  readonly operation: 'pull' | 'push'
  /** Null, and so is the wallet, of what went to a merchant. */
  readonly customerId: CustomerId | null
  readonly walletId: WalletId | null
  /** Whose it was where it is of no wallet. */
  readonly merchantId?: MerchantId
  readonly bank: 'a' | 'b' | 'acquirer'
  /** That it was taken from or paid to; absent: no customer's. */
  readonly bankAccountId?: BankAccountId
  readonly currency: CurrencyCode
  /** Where its money went here: `suspense` when it had been given up, and the bank booked it after all. */
  readonly holder: 'wallet' | 'merchant' | 'suspense'
  /** Business time; null: we have not heard of it yet, and the return waits until we have. */
  readonly bookedAt: Date | null
  /** Minor units; above zero: a return of it is booked already. Of a card's money there may be several. */
  readonly returned: bigint
  /** Puts the return on its record, whose version is a guard. */
  readonly returnedWrite: (amount: bigint) => RecordWrite
}

/** By the prefix of its id, which the reference begins with. A process whose instructions may be returned adds itself here. */
const findBy: Readonly<
  Record<string, (db: Kysely<Database>, reference: string) => Promise<ReturnedOriginal | undefined>>
> = {
  top: async (db, reference) => {
    const topUp = await findTopUp(db, reference)
    if (!topUp) return undefined
    const { funding } = topUp
    return {
      ...topUp,
      bank: transitOf(funding),
      ...(funding.type === 'bank_account' && { bankAccountId: funding.id }),
      operation: 'pull',
      holder: topUp.state === 'failed' ? 'suspense' : 'wallet',
      bookedAt: topUp.bankReference === null ? null : await findBookedAt(db, topUp.id),
      returnedWrite: (amount) => topUpReturned(topUp, topUp.returned + amount)
    }
  },
  pay: async (db, reference) => {
    const payment = await findPayment(db, reference)
    if (!payment || payment.funding.type === 'balance') return undefined
    const { funding } = payment
    return {
      ...payment,
      bank: transitOf(funding),
      ...(funding.type === 'bank_account' && { bankAccountId: funding.id }),
      operation: 'pull',
      holder: payment.state === 'failed' ? 'suspense' : 'wallet',
      bookedAt: payment.railReference === null ? null : await findBookedAt(db, payment.id),
      returnedWrite: (amount) =>
        funding.type === 'card' && payment.state !== 'failed'
          ? overpaidWrite(payment)
          : paymentReturned(payment, payment.returned + amount)
    }
  },
  wdr: async (db, reference) => {
    const withdrawal = await findWithdrawal(db, reference)
    return (
      withdrawal && {
        ...withdrawal,
        operation: 'push',
        holder: withdrawal.state === 'failed' ? 'suspense' : 'wallet',
        bookedAt: withdrawal.bankReference === null ? null : await findBookedAt(db, withdrawal.id),
        returnedWrite: (amount) => withdrawalReturned(withdrawal, amount)
      }
    )
  },
  /** To a bank account; in the wallet it is already when the bank booked what had been given up. */
  ref: async (db, reference) => {
    const refund = await findRefund(db, reference)
    if (refund?.source?.type !== 'bank_account') return undefined
    return {
      ...refund,
      bank: refund.source.bank,
      operation: 'push',
      holder: refund.destination === 'wallet' ? 'suspense' : 'wallet',
      bookedAt: refund.bankReference === null ? null : await findBookedAt(db, refund.id),
      returnedWrite: (amount) => refundReturned(refund, amount)
    }
  },
  set: async (db, reference) => {
    const settlement = await findSettlement(db, reference)
    return (
      settlement && {
        ...settlement,
        operation: 'push',
        customerId: null,
        walletId: null,
        holder: settlement.state === 'failed' ? 'suspense' : 'merchant',
        bookedAt: settlement.bankReference === null ? null : await findBookedAt(db, settlement.id),
        returnedWrite: (amount) => settlementReturned(settlement, amount)
      }
    )
  }
}

/** Undefined: not ours, or of a kind whose returns are left to the reconciliation of the bank's statement. */
export const findOriginal = async (db: Kysely<Database>, reference: string): Promise<ReturnedOriginal | undefined> =>
  findBy[reference.slice(0, reference.indexOf('_'))]?.(db, reference)
