import type { BankAccountId, MerchantId, PaymentId, WalletId } from '../../domain/ids.ts'
import type { ApiUnderTest, TestCustomer } from './api-under-test.ts'

/** Every kind of caller there is. `own` and `other`: whose the thing in the path is. */
export const callers = [
  'none',
  'garbage',
  'expired',
  'logged out',
  'customer own',
  'customer other',
  'service',
  'merchant own',
  'merchant other',
  'support',
  'reviewer',
  'finance',
  'admin'
] as const
export type CallerName = (typeof callers)[number]

/** What stands in the database before a request, and whose it is. */
export interface World {
  readonly api: ApiUnderTest
  readonly own: TestCustomer & { readonly walletId: WalletId }
  readonly bankAccountId: BankAccountId
  readonly merchantId: MerchantId
  readonly paymentId: PaymentId
  readonly authorization: Readonly<Record<CallerName, string | undefined>>
}

export interface Row {
  /** A concrete path below /v1; made anew for each caller, so that one's deed is not another's refusal. */
  readonly path: string | ((world: World) => Promise<string> | string)
  readonly body?: object | ((world: World) => object)
  /** Statuses of those who get past authentication and role; everyone else: 401 without credentials, 403 with. */
  readonly allowed: Partial<Record<CallerName, number>>
  /** Needs no credentials: this status for every caller. */
  readonly everyone?: number
}
