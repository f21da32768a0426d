const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How well a customer has to be known. Business milliseconds. */
export const kyc = {
  age_min: 18,
  /** Likeness of a name to a listed one, in ten-thousandths: below this it is chance, and says nothing of anybody. */
  screening_noise_bps: 7_000,
  /** From here a reviewer looks. */
  screening_review_bps: 8_500,
  /** From here two reviewers have to agree, to clear as much as to reject. */
  screening_two_reviewers_bps: 9_500,
  /** Everybody is compared with the lists again after this, and whenever the lists change. */
  rescreen_ms: 365 * DAY_MS,
  /** Risk 0 to 100 from which a reviewer looks, also when every single finding is fine. */
  risk_review: 60,
  risk_weights: { likeness: 30, politically_exposed: 40, doubt: 30, duplicate: 40, young: 10 },
  /** 7 days to bring what is missing, with a reminder after 1, 3 and 6. */
  collect_ms: 7 * DAY_MS,
  reminders_ms: [DAY_MS, 3 * DAY_MS, 6 * DAY_MS],
  /** When the bureau that said "later" is asked again; its callback hastens that. After the last it is silent. */
  bureau: { at_ms: [60_000, 15 * 60_000], then_every_ms: HOUR_MS, until_ms: DAY_MS },
  /** A reviewer has 24 hours: reminded at half, escalated at the end; the application waits on. */
  review_reminder_ms: 12 * HOUR_MS,
  review_escalation_ms: DAY_MS
}
