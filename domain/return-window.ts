import { addBusinessDays } from './business-days.ts'
import type { BankReturnPolicy } from './policy/index.ts'

/** The reason of a bank whose customer says that they never agreed to the pull. */
export const UNAUTHORIZED = 'unauthorized'

/**
 * Whether the bank returned it in the time that it has for that reason. It only classifies the return: the bank has moved
 * the money, in time or not.
 */
export function isInWindow(
  { bookedAt, returnedAt, reason }: { readonly bookedAt: Date; readonly returnedAt: Date; readonly reason: string },
  { bank_return }: Pick<BankReturnPolicy, 'bank_return'>
): boolean {
  const until =
    reason === UNAUTHORIZED
      ? new Date(bookedAt.getTime() + bank_return.unauthorized_window_ms)
      : addBusinessDays(bookedAt, bank_return.window_business_days, BANKS_ZONE)
  return returnedAt <= until
}

/** Banks count their days by one calendar, wherever the customer lives. */
const BANKS_ZONE = 'UTC'
