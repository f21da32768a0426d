/** Branded ids: the wrong one does not compile, and the prefix shows in every log which one it is. */
declare const brand: unique symbol
type Id<Prefix extends string> = `${Prefix}_${string}` & { readonly [brand]: Prefix }

export type CustomerId = Id<'cus'>
export type WalletId = Id<'wal'>
export type BankAccountId = Id<'ban'>
export type MerchantId = Id<'mer'>
export type TopUpId = Id<'top'>
export type WithdrawalId = Id<'wdr'>
export type PaymentId = Id<'pay'>
export type ReceiptId = Id<'rct'>
export type EventId = Id<'evt'>
export type TaskId = Id<'tsk'>
export type ReviewId = Id<'rev'>
export type SessionId = Id<'ses'>
export type OperatorId = Id<'opr'>
export type QrCodeId = Id<'qrc'>
export type ApiKeyId = Id<'key'>
export type VerificationId = Id<'ver'>
export type OnboardingId = Id<'onb'>
export type PaymentRequestId = Id<'prq'>
export type DepositRecoveryId = Id<'mdr'>
export type BulkDecisionId = Id<'blk'>
export type DeviceId = Id<'dev'>
export type PasswordResetId = Id<'pwr'>
export type BankReturnId = Id<'ret'>
export type CardId = Id<'crd'>
export type RefundId = Id<'ref'>

export type DisputeId = Id<'dsp'>
export type ConcessionId = Id<'con'>
export type RiskRuleId = Id<'rsk'>

export type SettlementId = Id<'set'>

export type ReconciliationId = Id<'rec'>
export type ReconciliationItemId = Id<'rci'>

export type WebhookEndpointId = Id<'whe'>
export type NotificationId = Id<'ntf'>

export type BillerId = Id<'bil'>
export type BillPaymentId = Id<'bpm'>
export type MandateId = Id<'man'>

export interface IdByPrefix {
  cus: CustomerId
  wal: WalletId
  ban: BankAccountId
  mer: MerchantId
  top: TopUpId
  wdr: WithdrawalId
  pay: PaymentId
  rct: ReceiptId
  evt: EventId
  tsk: TaskId
  rev: ReviewId
  ses: SessionId
  opr: OperatorId
  qrc: QrCodeId
  key: ApiKeyId
  ver: VerificationId
  onb: OnboardingId
  prq: PaymentRequestId
  mdr: DepositRecoveryId
  blk: BulkDecisionId
  dev: DeviceId
  pwr: PasswordResetId
  ret: BankReturnId
  crd: CardId
  ref: RefundId
  dsp: DisputeId
  con: ConcessionId
  rsk: RiskRuleId
  set: SettlementId
  rec: ReconciliationId
  rci: ReconciliationItemId
  whe: WebhookEndpointId
  ntf: NotificationId
  bil: BillerId
  bpm: BillPaymentId
  man: MandateId
}
export type IdPrefix = keyof IdByPrefix

/** 128 bits of lower-case hex after the prefix: nobody guesses one. */
const HEX = /^[0-9a-f]{32}$/

export function isId<P extends IdPrefix>(prefix: P, text: string): text is IdByPrefix[P] {
  return text.startsWith(`${prefix}_`) && HEX.test(text.slice(prefix.length + 1))
}

/** @throws {TypeError} when the text is no id of that kind: for ids that we wrote ourselves and read back. */
export function idOf<P extends IdPrefix>(prefix: P, text: string): IdByPrefix[P] {
  if (!isId(prefix, text)) throw new TypeError(`not a ${prefix}_ id`)
  return text
}

/** The same 128 bits under another prefix: a receipt is `rct_` with the digits of what it is of. */
export const sameDigits = <P extends IdPrefix>(prefix: P, id: string): IdByPrefix[P] =>
  idOf(prefix, `${prefix}_${id.slice(id.indexOf('_') + 1)}`)

/** Its own for each part of one thing: the thing's digits, told apart by the part's number in the first ones. */
export function partDigits<P extends IdPrefix>(prefix: P, id: string, part: number): IdByPrefix[P] {
  const digits = BigInt(`0x${id.slice(id.indexOf('_') + 1)}`) ^ (BigInt(part) << 64n)
  return idOf(prefix, `${prefix}_${digits.toString(16).padStart(32, '0')}`)
}
