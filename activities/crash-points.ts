/**
 * The places where a process may die with the most to lose, by name: around and inside each unit's transaction, and
 * around each word with a bank. In test mode `CRASH_AT` names one, and the first process that comes by kills itself there
 * (SIGKILL: nothing is flushed, nothing is said). `test/end-to-end/crash.test.ts` goes through all of them.
 */
export const crashPoints = [
  'payment.authorize/before',
  'payment.authorize/inside',
  'payment.authorize/after',
  'payment.authorize/report',
  'payment.confirm/before',
  'payment.confirm/inside',
  'payment.confirm/after',
  'payment.confirm/report',
  'payment.capture/before',
  'payment.capture/inside',
  'payment.capture/after',
  'payment.capture/report',
  'payment.void/before',
  'payment.void/inside',
  'payment.void/after',
  'payment.void/report',
  'payment.expire/before',
  'payment.expire/inside',
  'payment.expire/after',
  'payment.expire/report',
  'payment.decline/inside',
  'payment.require-action/inside',
  'payment.cancel/inside',
  // Of one that a bank pays.
  'payment.send/after',
  'payment.send/reply',
  'payment.book/inside',
  'payment.book/report',
  'payment.unfunded/inside',
  'top-up.accept/before',
  'top-up.accept/inside',
  'top-up.accept/after',
  'top-up.accept/report',
  // The unit is the mark "may have been sent": `after` it the call has not begun, at `reply` the bank has spoken.
  'top-up.send/before',
  'top-up.send/inside',
  'top-up.send/after',
  'top-up.send/reply',
  'top-up.inquire/before',
  'top-up.inquire/reply',
  'top-up.book/before',
  'top-up.book/inside',
  'top-up.book/after',
  'top-up.book/report',
  'top-up.decline/before',
  'top-up.decline/inside',
  'top-up.decline/after',
  'top-up.decline/report',
  'payment-request.open/before',
  'payment-request.open/inside',
  'payment-request.open/after',
  'payment-request.open/report',
  'payment-request.cancel/before',
  'payment-request.cancel/inside',
  'payment-request.cancel/after',
  'payment-request.cancel/report',
  'payment-request.expire/before',
  'payment-request.expire/inside',
  'payment-request.expire/after',
  'payment-request.expire/report',
  // A payment has paid it, and nobody has told its run; and the run knows, and has not said so.
  'payment-request.paid/untold',
  'payment-request.paid/noticed',
  'withdrawal.accept/before',
  'withdrawal.accept/inside',
  'withdrawal.accept/after',
  'withdrawal.accept/report',
  'withdrawal.confirm/before',
  'withdrawal.confirm/inside',
  'withdrawal.confirm/after',
  'withdrawal.confirm/report',
  'withdrawal.cancel/inside',
  'withdrawal.expire/inside',
  'withdrawal.send/before',
  'withdrawal.send/inside',
  'withdrawal.send/after',
  'withdrawal.send/reply',
  'withdrawal.inquire/before',
  'withdrawal.inquire/reply',
  'withdrawal.book/before',
  'withdrawal.book/inside',
  'withdrawal.book/after',
  'withdrawal.book/report',
  'withdrawal.decline/before',
  'withdrawal.decline/inside',
  'withdrawal.decline/after',
  'withdrawal.decline/report',
  // A refund's: the payment is written with it; the bank has spoken; it goes back to where it came from, or the wallet.
  'refund.accept/inside',
  'refund.accept/report',
  'refund.send/reply',
  'refund.book/inside',
  'refund.decline/inside'
] as const

/** The same around what moves no money: a message may go out twice under one id, and has to go out once. */
export const messageCrashPoints = ['deliver-code.send/before', 'deliver-code.send/reply'] as const

/** The same of what customers are told: each of several ways goes out once. */
export const notificationCrashPoints = ['notifications.send/before', 'notifications.send/reply'] as const

/** An application's: its own steps, and the word with the bureau. */
export const onboardingCrashPoints = [
  'onboarding.open/inside',
  'onboarding.open/report',
  'onboarding.submit/inside',
  'onboarding.verify/inside',
  'onboarding.verify/report',
  'onboarding.identity/before',
  'onboarding.identity/reply',
  'onboarding.conclude/before',
  'onboarding.conclude/inside',
  'onboarding.conclude/after',
  'onboarding.conclude/report'
] as const

/** A business's: its word with the register, and the unit that lets it be paid. */
export const businessCrashPoints = ['onboarding.registry/reply', 'onboarding.conclude/inside'] as const

/** A re-screening's: between what was found and the review that follows from it. */
export const rescreeningCrashPoints = ['rescreening.near/before', 'rescreening.near/started'] as const

/** A bank link's: its own steps, and its words with the bank. */
export const bankLinkCrashPoints = [
  'bank-link.open/report',
  'bank-link.payee/reply',
  'bank-link.ownership/reply',
  'bank-link.link/inside',
  'bank-link.link/after'
] as const

/** Those of one by micro-deposits: money moves, and each is sent once. */
export const microDepositCrashPoints = [
  'bank-link.hold/inside',
  'bank-link.send/inside',
  'bank-link.send/reply',
  'bank-link.book/inside',
  'bank-link.book/report',
  'bank-link.verify/inside',
  'bank-link.verify/after',
  'deposit-recovery.send/reply',
  'deposit-recovery.book/inside'
] as const

/** Operators' work: a decision about many, between an item's row and its nudge, and before its outcome is noted. */
export const operatorCrashPoints = ['bulk-decision.item/decided', 'bulk-decision.item/nudged'] as const

/** A bank return's: it is booked, or given up, and its run has not heard of it. */
export const bankReturnCrashPoints = ['bank-return.receive/report', 'bank-return.write-off/report'] as const

/** Of a payment by card that is captured later: the acquirer has captured a part, and nobody has booked it. */
export const cardCaptureCrashPoints = ['payment.send-capture/reply'] as const

/** A card link's: the word with the acquirer, and the card that it makes. */
export const cardLinkCrashPoints = ['card-link.send/reply', 'card-link.link/after'] as const

/** A dispute's: opened and not frozen, opened and not told, decided and the merchant's money not given back, credited. */
export const disputeCrashPoints = [
  'dispute.open/inside',
  'dispute.open/unfrozen',
  'dispute.decide/report',
  'dispute.release/inside',
  'dispute.credit/report',
  'dispute.reverse/inside'
] as const

/** A chargeback's: what the customer had disputed is over and nothing in its place; the acquirer has what is shown; it is won. */
export const chargebackCrashPoints = [
  'dispute.open/superseded',
  'dispute.represent/reply',
  'dispute.won/report'
] as const

/** A settlement's: money is taken out of an account, and nobody has said so; the bank has paid, and nobody has booked it. */
export const settlementCrashPoints = [
  'settlement.collect/inside',
  'settlement.collect/report',
  'settlement.send/reply'
] as const

/** A reconciliation's: the statement is put down, a part of it is booked, all of it is; an item is adjusted. */
export const reconciliationCrashPoints = [
  'reconciliation.import/put',
  'reconciliation.match/some',
  'reconciliation.conclude/report',
  'reconciliation.adjust/report'
] as const

/** A webhook's: what is to be told is put down, and nobody has been told; somebody was, and it is not noted. */
export const webhookCrashPoints = ['webhook-delivery.take/after', 'webhook-delivery.post/reply'] as const

/** A bill payment's: it is on record and nobody was told; the network may have it, or has spoken; nobody has booked that. */
export const billPaymentCrashPoints = [
  'bill-payment.accept/inside',
  'bill-payment.accept/report',
  'bill-payment.approve/report',
  'bill-payment.send/after',
  'bill-payment.send/reply',
  'bill-payment.book/inside',
  'bill-payment.decline/report'
] as const

/** A mandate's: on record and without a Schedule; decided, and nobody told; its payment is on record and has no run. */
export const mandateCrashPoints = ['mandate.open/report', 'mandate.pause/after', 'mandate.announce/start'] as const

export type CrashPoint = (name: string) => void

const PROCESS_OF_PREFIX: Readonly<Record<string, string>> = {
  pay: 'payment',
  top: 'top-up',
  wdr: 'withdrawal',
  onb: 'onboarding',
  prq: 'payment-request',
  ban: 'bank-link',
  mdr: 'deposit-recovery',
  ret: 'bank-return',
  crd: 'card-link',
  ref: 'refund',
  dsp: 'dispute',
  con: 'concession',
  set: 'settlement',
  rec: 'reconciliation',
  whe: 'webhook-delivery',
  bpm: 'bill-payment',
  man: 'mandate'
}

/** `pay_…:capture:…` inside its transaction → `payment.capture/inside`. */
export function crashPointOf(unitKey: string, moment: 'before' | 'inside' | 'after'): string {
  const [id = '', step = ''] = unitKey.split(':')
  return `${PROCESS_OF_PREFIX[id.slice(0, id.indexOf('_'))] ?? 'ledger'}.${step}/${moment}`
}

/**
 * @param at what `CRASH_AT` says; absent outside of test mode
 * @throws {Error} for a name that is not in the list, so that a test cannot pass by never crashing
 */
export function createCrashPoint(at: string | undefined, kill: () => void): CrashPoint {
  if (at === undefined) return () => undefined
  const known = [
    ...crashPoints,
    ...messageCrashPoints,
    ...notificationCrashPoints,
    ...onboardingCrashPoints,
    ...businessCrashPoints,
    ...rescreeningCrashPoints,
    ...bankLinkCrashPoints,
    ...microDepositCrashPoints,
    ...operatorCrashPoints,
    ...bankReturnCrashPoints,
    ...cardLinkCrashPoints,
    ...cardCaptureCrashPoints,
    ...disputeCrashPoints,
    ...chargebackCrashPoints,
    ...settlementCrashPoints,
    ...reconciliationCrashPoints,
    ...webhookCrashPoints,
    ...billPaymentCrashPoints,
    ...mandateCrashPoints
  ]
  if (!known.some((point) => point === at)) throw new Error(`CRASH_AT: there is no crash point ${at}`)
  return (name) => {
    if (name === at) kill()
  }
}
