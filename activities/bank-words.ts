/** What a bank says, for workflows, which know activities and nothing behind them. */
export type { BankAnswer, BankInquiry, ReturnInquiry } from '../providers/bank.ts'
