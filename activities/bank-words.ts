/** What a bank says, for workflows, which know activities and nothing behind them. */
import type { BankAnswer } from '../providers/bank.ts'
import type { SUSPENDED } from '../domain/bank-account.ts'

export type { BankAnswer, BankInquiry, ReturnInquiry } from '../providers/bank.ts'

/** The bank was told nothing: its account was suspended since the order was taken in. */
export interface NotSent {
  readonly kind: 'not_sent'
  readonly code: typeof SUSPENDED
}

export type SendAnswer = BankAnswer | NotSent
