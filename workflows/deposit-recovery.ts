import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { DepositRecoveryProgress, DepositRecoveryStart } from '../activities/deposit-recovery-units.ts'
import { depositRecoveryStates } from '../domain/deposit-recovery.ts'
import { bankOptions, inquiryOptions, recordOptions } from './activity-options.ts'
import { settleWithBank } from './ask-bank.ts'
import { present } from './presentation.ts'
import { receiveNudges } from './wait.ts'

const { bookRecovery, loseRecovery, markRecoveryStuck, readRecovery, readBusinessClock } =
  proxyLocalActivities<Activities>(recordOptions)
const { sendRecovery } = proxyActivities<Activities>({ ...bankOptions, summary: 'have the bank pull them, once' })
const { inquireRecovery } = proxyActivities<Activities>({
  ...inquiryOptions,
  summary: 'ask the bank what became of it'
})

/** An account is linked, and the two deposits that showed whose it is are pulled back from it, in one sum. */
export async function depositRecovery(start: DepositRecoveryStart): Promise<DepositRecoveryProgress> {
  const nudges = receiveNudges()
  let current = await readRecovery(start)
  const isOver = () => depositRecoveryStates.isTerminal(current.state)
  show(current, undefined)
  if (isOver()) return current
  await settleWithBank({
    plan: start.policy.inquiry,
    nudges,
    acceptedAt: current.created_at,
    sentAt: current.sent_at,
    send: () => sendRecovery(start),
    inquire: () => inquireRecovery(start),
    readSentAt: async () => (await readRecovery(start)).sent_at,
    businessNow: readBusinessClock,
    isOver,
    onWaiting: (next) => show(current, next),
    onNudged: async () => undefined,
    step: async (take) => show(await take(), undefined),
    accepted: (reference) => bookRecovery(start, reference),
    declined: (code, unsent) => loseRecovery(start, code, unsent),
    stuck: () => markRecoveryStuck(start)
  })
  return current

  function show(progress: DepositRecoveryProgress, next: string | undefined): void {
    current = progress
    const { order } = start
    const details = [
      `the micro-deposits of \`${order.bank_account_id}\` come back from bank ${order.bank}`,
      ...(progress.decline_code ? [`lost: \`${progress.decline_code}\``] : []),
      ...(next ? [`the bank is asked again at ${next} (business time)`] : [])
    ]
    present({ state: progress.state, details, deadlineAt: next, rail: `bank_${order.bank}` })
  }
}
