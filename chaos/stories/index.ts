import type { Story } from '../story.ts'
import { accountStories } from './accounts.ts'
import { bankStories } from './banks.ts'
import { billStories } from './bills.ts'
import { moneyBackStories } from './money-back.ts'
import { operatorStories } from './operators.ts'
import { paymentStories } from './payments.ts'
import { receiverStories } from './receivers.ts'
import { requestStories } from './requests.ts'

/** All that happens, side by side and again and again. A new process adds its own. */
export const stories: readonly Story[] = [
  ...paymentStories,
  ...bankStories,
  ...requestStories,
  ...accountStories,
  ...moneyBackStories,
  ...operatorStories,
  ...receiverStories,
  ...billStories
]
