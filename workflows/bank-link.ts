import { proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { BankLinkProgress, BankLinkStart } from '../activities/bank-link-progress.ts'
import { bankLinkStates } from '../domain/bank-link.ts'
import { nextInquiryAtMs } from '../domain/inquiry-plan.ts'
import { providerOptions, recordOptions } from './activity-options.ts'
import { createDecisions } from './decisions.ts'
import { answerFirst } from './first-outcome.ts'
import { cancel, confirmHolder } from './messages.ts'
import { present } from './presentation.ts'
import { receiveNudges, untilBusinessTime } from './wait.ts'
import { askWhileOpen } from './while-open.ts'

const { openBankLink, concludePayee, concludeOwnership, expireBankLink, readBankLink, listBankLinkDecisions } =
  proxyLocalActivities<Activities>(recordOptions)
const { confirmHolder: carryOutConfirmation, cancelBankLink } = proxyLocalActivities<Activities>(recordOptions)
const { readBusinessClock } = proxyLocalActivities<Activities>(recordOptions)
const { confirmPayee } = proxyActivities<Activities>({ ...providerOptions, summary: 'compare the holder’s name' })
const { checkOwnership } = proxyActivities<Activities>({ ...providerOptions, summary: 'ask whose the account is' })

/**
 * A customer's account at a bank becomes theirs with us: the bank compares the names, then says, or has the customer show,
 * that it is their account.
 */
export async function bankLink(start: BankLinkStart): Promise<BankLinkProgress> {
  const answer = answerFirst<BankLinkProgress>(start)
  const nudges = receiveNudges()
  let current: BankLinkProgress | undefined
  const isOver = () => current !== undefined && bankLinkStates.isTerminal(current.state)

  const decisions = createDecisions(
    {
      'confirm-holder': (id) => carryOutConfirmation(start, id),
      cancel: (id) => cancelBankLink(start, id)
    },
    (progress) => show(progress as BankLinkProgress)
  )
  setHandler(confirmHolder, (id) => decisions.take('confirm-holder', id))
  setHandler(cancel, (id) => decisions.take('cancel', id))
  const consumeDecisions = async () => {
    for (const { id, action } of await listBankLinkDecisions(start)) await decisions.take(action, id)
  }
  const watch = { nudges, isOver, onNudged: consumeDecisions }

  const { first_version, ...opened } = await openBankLink(start)
  show(opened)
  answer.give({ ...opened, version: first_version ?? opened.version })
  // A run that was started again may find decisions that nobody could deliver.
  nudges.received += 1
  while (!isOver()) {
    const { next } = current!
    if (next === 'payee') await comparePayee()
    else if (next === 'ownership') await askOwnership(current!)
    else await waitForCustomer(current!)
  }
  await answer.delivered()
  return current!

  async function comparePayee(): Promise<void> {
    const word = await askWhileOpen(() => confirmPayee(start), watch)
    if (word !== undefined) await step(() => concludePayee(start, word))
  }

  /** Asks once, and again by the plan while the bank says "later", or as soon as it has news. */
  async function askOwnership({ checking_since }: BankLinkProgress): Promise<void> {
    const sinceMs = Date.parse(checking_since)
    for (;;) {
      const heard = nudges.received
      const word = await askWhileOpen(() => checkOwnership(start), watch)
      if (word === undefined) return
      if (word !== 'pending') return step(() => concludeOwnership(start, word))
      const elapsedMs = Date.parse(await readBusinessClock()) - sinceMs
      const nextMs = nextInquiryAtMs(elapsedMs, start.policy.bank_link.ownership)
      if (nextMs === undefined) return step(() => concludeOwnership(start, 'silent'))
      const at = new Date(sinceMs + nextMs).toISOString()
      // News that came while the question was under way.
      if (nudges.received > heard) continue
      const wait = { nudges, businessNow: readBusinessClock, summary: `ask the bank at ${at}`, or: isOver }
      if ((await untilBusinessTime(at, wait)) === 'nudged') await consumeDecisions()
      if (isOver()) return
    }
  }

  async function waitForCustomer({ deadline, version }: BankLinkProgress): Promise<void> {
    const or = () => isOver() || current!.version !== version
    const summary = `the customer, until ${deadline}`
    const woken = await untilBusinessTime(deadline!, { nudges, businessNow: readBusinessClock, summary, or })
    if (woken === 'due') await step(() => expireBankLink(start))
    if (woken === 'nudged') {
      await consumeDecisions()
      show(await readBankLink(start))
    }
  }

  async function step(take: () => Promise<BankLinkProgress>): Promise<void> {
    show(await decisions.alone(take))
  }

  /** A step that answers late must not set the picture back. */
  function show(progress: BankLinkProgress): void {
    if (current && progress.version <= current.version) return
    current = progress
    const { order } = start
    const rail = `bank_${order.bank}`
    const { state, deadline } = progress
    present({ state, details: detailsOf(start, progress), deadlineAt: deadline, rail, customerRef: order.customer_id })
  }
}

const waitsFor = {
  payee: 'the bank compares the holder’s name',
  ownership: 'the bank is asked whose the account is',
  deposits: 'the micro-deposits are on their way',
  customer: 'the customer is asked'
} as const

const detailsOf = ({ id, order }: BankLinkStart, progress: BankLinkProgress): string[] => [
  `an account at bank ${order.bank} for \`${order.customer_id}\`, by ${order.method.replace('_', '-')}`,
  ...(progress.decline_code ? [`failed: \`${progress.decline_code}\``] : []),
  ...(progress.state === 'verifying' ? [waitsFor[progress.next]] : []),
  ...(progress.deadline ? [`expires at ${progress.deadline} (business time)`] : []),
  `record: \`GET /v1/bank-accounts/${id}\``
]
