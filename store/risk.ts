import type { RiskFinding } from '../domain/risk.ts'

/** What the record of a judged process keeps of that. */
export interface Judged {
  /** Null: every rule let it through. */
  readonly risk: RiskFinding | null
  /** Business time until which a reviewer may decide; null: nobody has to. */
  readonly reviewBefore: Date | null
}

/** The columns of it. */
interface JudgedRow {
  risk: unknown
  review_before: Date | null
}

export const notJudged: Judged = { risk: null, reviewBefore: null }

export const toJudgedRow = ({ risk, reviewBefore }: Judged): object => ({ risk, review_before: reviewBefore })

export const toJudged = ({ risk, review_before }: JudgedRow): Judged => ({
  risk: risk as RiskFinding | null,
  reviewBefore: review_before
})
