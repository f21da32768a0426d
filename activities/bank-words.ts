/** What a bank says, for workflows, which know activities and nothing behind them. */
import type { BankAnswer } from '../providers/bank.ts'
import type { ProblemCode } from '../domain/errors.ts'

export type { BankAnswer, BankInquiry, ReturnInquiry } from '../providers/bank.ts'

/** This attempt has told the bank nothing, since it found why not: its account was suspended since the order was taken in, say. */
export interface NotSent {
  readonly kind: 'not_sent'
  readonly code: ProblemCode
}

export type SendAnswer = BankAnswer | NotSent
