import type { Money } from './money.ts'
import type { WriteOffPolicy } from './policy/index.ts'
import { fromUsd } from './reference-rates.ts'

/** True above the threshold (1,000 USD at the reference rate): then a second finance operator has to approve. */
export const writeOffNeedsFourEyes = ({ amount, currency }: Money, policy: WriteOffPolicy): boolean =>
  amount > fromUsd(BigInt(policy.write_off_four_eyes_usd), currency, policy.limits.reference_rates, 'down')
