/** How operators' work is told when it waits too long, and whose it is; tasks and reviews alike. */

/** Business milliseconds after it was opened: who has it is reminded, then it is escalated. */
export interface WorkClock {
  readonly remind_ms: number
  readonly due_ms: number
}

/** A reminder at half of the time. @param slaMs undefined: of a run that began before there was a policy for it. */
export const clockOf = (slaMs: number | undefined): WorkClock | undefined =>
  slaMs === undefined ? undefined : { remind_ms: Math.floor(slaMs / 2), due_ms: slaMs }

/** Who sees to what nobody has decided in time. */
export const ESCALATION_ROLE = 'admin'

/** Who decides tasks of a kind: applications are reviewers', money is finance's. */
export const roleForTask = (kind: string): 'reviewer' | 'finance' => (kind.endsWith('_review') ? 'reviewer' : 'finance')

/** What a review of what the risk rules have held up is called; all others end what is stuck. */
export const RISK_HOLD = 'risk-hold'

/** Who decides a review: what is held up is a reviewer's, money that is stuck is finance's. */
export const roleForReview = (action: string): 'reviewer' | 'finance' => (action === RISK_HOLD ? 'reviewer' : 'finance')
