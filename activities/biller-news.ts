import { log } from '@temporalio/activity'
import { account } from '../domain/account-kinds.ts'
import { currency } from '../domain/currencies.ts'
import { fromWire } from '../domain/money.ts'
import { workflowIdOf } from '../domain/workflow-id.ts'
import type { PostingStep } from '../ledger/unit-of-work.ts'
import type { BillerNews } from '../providers/biller.ts'
import { findBillPayment, getBillPayment, type BillPayment } from '../store/bill-payment.ts'
import { insertBillerNews, lastBillerNews } from '../store/biller-news.ts'
import { findProcess } from '../store/process.ts'
import { advance } from './advance.ts'
import type { BillPaymentStart } from './bill-payment-progress.ts'
import { billPaymentOutcomeActivities } from './bill-payment-outcome.ts'
import { reversePart } from './bill-payment-units.ts'
import type { ActivityDeps } from './deps.ts'
import { followList } from './follow-list.ts'

/** Real milliseconds for the network to answer. */
const INQUIRY_TIMEOUT_MS = 5_000

export type BillerNewsDeps = Pick<ActivityDeps, 'db' | 'ledger' | 'billers' | 'runs' | 'crash'>

/**
 * Books what the network has taken from our bank for the billers, and what they have given back: in the order of its list,
 * each once. One that speaks of a payment whose end is not known here waits for that, and so does what follows it.
 * @returns the references that were booked.
 */
export const readBillerNews = (deps: BillerNewsDeps): Promise<string[]> =>
  followList({
    whom: "the billers' network",
    list: async (signal) => deps.billers.listNews(await lastBillerNews(deps.db), signal),
    book: (news) => book(deps, news)
  })

/** @returns false when it has to wait. */
async function book(deps: BillerNewsDeps, news: BillerNews): Promise<boolean> {
  const references = news.kind === 'settled' ? news.payments : [news.payment]
  const payments: BillPayment[] = []
  for (const reference of references) {
    const payment = await paidHere(deps, reference)
    if (!payment) return false
    payments.push(payment)
  }
  const first = payments[0]!
  if (news.kind === 'settled') await settle(deps, news, first)
  else await reverse(deps, news, first)
  await insertBillerNews(deps.db, {
    seq: news.seq,
    kind: news.kind,
    reference: news.reference,
    bank: news.bank ?? null,
    billerId: first.billerId,
    billPaymentId: news.kind === 'reversed' ? first.id : null,
    currency: news.money.currency,
    amount: BigInt(news.money.amount),
    payments: payments.length,
    at: new Date(news.at)
  })
  return true
}

/** The payment, once our books say as well that it was paid; one whose run still asks is asked to look again. */
async function paidHere(deps: BillerNewsDeps, reference: string): Promise<BillPayment | undefined> {
  const { db, billers, runs } = deps
  const payment = await findBillPayment(db, reference)
  if (!payment) {
    log.error('the network speaks of a payment that is not ours', { reference })
    return undefined
  }
  if (payment.networkReference !== null) return payment
  if (payment.state === 'processing') await runs.nudge(workflowIdOf('bill-payment', payment.id))
  if (payment.state !== 'failed') return undefined
  // Given up by an operator, and booked after all.
  const answer = await billers.inquire(reference, AbortSignal.timeout(INQUIRY_TIMEOUT_MS))
  if (answer.kind !== 'booked') return undefined
  const { order } = (await findProcess(db, reference))!
  await billPaymentOutcomeActivities(deps).bookBillPayment(order as BillPaymentStart, answer.bankReference)
  const now = await getBillPayment(db, reference)
  return now.networkReference === null ? undefined : now
}

type News<Kind extends BillerNews['kind']> = Extract<BillerNews, { kind: Kind }>

async function settle({ ledger }: BillerNewsDeps, news: News<'settled'>, { billerId }: BillPayment): Promise<void> {
  const { amount, currency: code } = fromWire(news.money)
  const posting: PostingStep = {
    op: 'post',
    debit: account('biller_payable', billerId, currency(code)),
    credit: account('bank_in_transit', news.bank, currency(code)),
    amount,
    code: 'bill_payment.settle'
  }
  const unit = { key: `${news.reference}:book`, fingerprint: `billers/${news.seq}`, postings: [posting] }
  const { status } = await ledger.post(unit)
  if (status !== 'posted') throw new Error(`${unit.key} was ${status}`)
}

async function reverse({ db, ledger }: BillerNewsDeps, news: News<'reversed'>, { id }: BillPayment): Promise<void> {
  const key = `${news.reference}:book`
  await advance(
    ledger,
    { key, fingerprint: `billers/${news.seq}` },
    () => getBillPayment(db, id),
    (payment) => (payment.reversed === 0n ? reversePart(payment, news.bank) : undefined)
  )
}
