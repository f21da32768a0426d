import type { CurrencyCode } from '../domain/currencies.ts'
import { toWire } from '../domain/money.ts'
import type { Movement } from '../store/receipt.ts'
import { instant } from './schemas.ts'

/** A movement as receipts list it. */
export const toEntry = ({ postingId, code, amount, effectiveAt, postedAt }: Movement, currency: CurrencyCode) => ({
  posting_id: postingId,
  code,
  amount: toWire({ amount, currency }),
  effective_at: instant(effectiveAt),
  posted_at: instant(postedAt)
})
