import { proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { BankLinkProgress, BankLinkStart } from '../activities/bank-link-progress.ts'
import { bankLinkStates } from '../domain/bank-link.ts'
import { launchOptions, recordOptions } from './activity-options.ts'
import { createDecisions } from './decisions.ts'
import { answerFirst } from './first-outcome.ts'
import { cancel, confirmHolder, retry, verifyAmounts } from './messages.ts'
import { present } from './presentation.ts'
import { createProofs } from './prove-account.ts'
import { receiveNudges, untilBusinessTime, type Nudges } from './wait.ts'

const { openBankLink, expireBankLink, readBankLink, listBankLinkDecisions, readBusinessClock } =
  proxyLocalActivities<Activities>(recordOptions)
const { startRecovery } = proxyActivities<Activities>({ ...launchOptions, summary: 'have the deposits come back' })
const decided = proxyLocalActivities<Activities>(recordOptions)

/**
 * A customer's account at a bank becomes theirs with us: the bank compares the names, then says, or has the customer show,
 * that it is their account.
 */
export async function bankLink(start: BankLinkStart): Promise<BankLinkProgress> {
  const answer = answerFirst<BankLinkProgress>(start)
  const nudges = receiveNudges()
  let current: BankLinkProgress | undefined
  const isOver = () => current !== undefined && bankLinkStates.isTerminal(current.state)

  const decisions = takeDecisions(start, nudges, (progress) => show(progress))
  const onNudged = async () => {
    for (const { id, action } of await listBankLinkDecisions(start)) await decisions.take(action, id)
  }
  const step = async (take: () => Promise<BankLinkProgress>) => show(await decisions.alone(take))
  const onWaiting = (next: string | undefined) => draw(start, current!, next)
  const proofs = createProofs(start, { nudges, isOver, onNudged, step, onWaiting })

  const { first_version, ...opened } = await openBankLink(start)
  show(opened)
  answer.give({ ...opened, version: first_version ?? opened.version })
  // A run that was started again may find decisions that nobody could deliver.
  nudges.received += 1
  while (!isOver()) {
    const { next } = current!
    if (next === 'customer') await waitForCustomer(current!)
    else await proofs[next](current!)
  }
  if (current!.state === 'linked' && current!.deposits.length > 0) await startRecovery(start).catch(() => undefined)
  await answer.delivered()
  return current!

  async function waitForCustomer({ deadline, version }: BankLinkProgress): Promise<void> {
    const or = () => isOver() || current!.version !== version
    const summary = `the customer, until ${deadline}`
    const woken = await untilBusinessTime(deadline!, { nudges, businessNow: readBusinessClock, summary, or })
    if (woken === 'due') await step(() => expireBankLink(start))
    if (woken === 'nudged') {
      await onNudged()
      show(await readBankLink(start))
    }
  }

  /** A step that answers late must not set the picture back. */
  function show(progress: BankLinkProgress): void {
    if (current && progress.version <= current.version) return
    current = progress
    draw(start, progress, undefined)
  }
}

/** What customers, and operators, decide while it is open. */
function takeDecisions(start: BankLinkStart, nudges: Nudges, onDecided: (progress: BankLinkProgress) => void) {
  const decisions = createDecisions(
    {
      'confirm-holder': (id) => decided.confirmHolder(start, id),
      verify: (id) => decided.verifyAmounts(start, id),
      cancel: (id) => decided.cancelBankLink(start, id),
      retry: async (id) => {
        const outcome = await decided.retryBankLink(start, id)
        nudges.received += 1
        return outcome
      }
    },
    (progress) => onDecided(progress as BankLinkProgress)
  )
  setHandler(confirmHolder, (id) => decisions.take('confirm-holder', id))
  setHandler(verifyAmounts, (id) => decisions.take('verify', id))
  setHandler(cancel, (id) => decisions.take('cancel', id))
  setHandler(retry, (id) => decisions.take('retry', id))
  return decisions
}

function draw(start: BankLinkStart, progress: BankLinkProgress, next: string | undefined): void {
  const { bank, customer_id: customerRef } = start.order
  const deadlineAt = bankLinkStates.isTerminal(progress.state) ? undefined : (progress.deadline ?? next)
  present({
    state: progress.state,
    details: detailsOf(start, progress, next),
    deadlineAt,
    rail: `bank_${bank}`,
    customerRef
  })
}

const waitsFor = {
  payee: 'the bank compares the holder’s name',
  ownership: 'the bank is asked whose the account is',
  deposits: 'two deposits are on their way',
  customer: 'the customer is asked'
} as const

const detailsOf = ({ id, order }: BankLinkStart, progress: BankLinkProgress, next: string | undefined): string[] => [
  `an account at bank ${order.bank} for \`${order.customer_id}\`, ${order.method === 'instant' ? 'said to be theirs by the bank' : 'by micro-deposits'}`,
  ...(progress.decline_code ? [`failed: \`${progress.decline_code}\``] : []),
  ...(progress.state === 'verifying' ? [waitsFor[progress.next]] : []),
  ...(next ? [`the bank is asked again at ${next} (business time)`] : []),
  ...(progress.deadline ? [`expires at ${progress.deadline} (business time)`] : []),
  `record: \`GET /v1/bank-accounts/${id}\``
]
