import { proxyActivities, proxyLocalActivities, setHandler } from '@temporalio/workflow'
import type { Activities } from '../activities/index.ts'
import type { BankReturnProgress, BankReturnStart } from '../activities/bank-return-progress.ts'
import { bankReturnStates } from '../domain/bank-return.ts'
import { nextInquiryAtMs } from '../domain/inquiry-plan.ts'
import { formatMoney, fromWire } from '../domain/money.ts'
import { inquiryOptions, launchOptions, recordOptions } from './activity-options.ts'
import { createDecisions } from './decisions.ts'
import { writeOff } from './messages.ts'
import { present } from './presentation.ts'
import { receiveNudges, untilBusinessTime } from './wait.ts'

const { readBankReturn, receiveReturn, writeOffReturn, listReturnDecisions, readBusinessClock } =
  proxyLocalActivities<Activities>(recordOptions)
const { inquireReturn } = proxyActivities<Activities>({ ...inquiryOptions, summary: 'ask the bank what came back' })
const { hastenOriginal } = proxyActivities<Activities>({
  ...launchOptions,
  summary: 'have the instruction that came back asked about'
})

/**
 * A bank sends back what it had booked. The news only name the return: the bank is asked what it is, then it is booked, and
 * what the wallet no longer had is waited for until it is paid or given up.
 * @returns undefined when the bank knows of no such return, or it is none of ours.
 */
export async function bankReturn(start: BankReturnStart): Promise<BankReturnProgress | undefined> {
  const nudges = receiveNudges()
  let current: BankReturnProgress | undefined
  const isOver = () => current !== undefined && bankReturnStates.isTerminal(current.state)
  const decisions = createDecisions({ 'write-off': (id) => writeOffReturn(start, id) }, (progress) =>
    show(progress as BankReturnProgress)
  )
  setHandler(writeOff, (id) => decisions.take('write-off', id))

  const booked = (await readBankReturn(start)) ?? (await receive())
  if (!booked) return undefined
  show(booked)
  // A run that was started again may find decisions that nobody could deliver.
  nudges.received += 1
  while (!isOver()) await waitForMoney()
  return current

  /** Asks until the bank has said, and we know that it had booked what came back: a bank that is silent is asked for ever. */
  async function receive(): Promise<BankReturnProgress | undefined> {
    const begunMs = Date.parse(await readBusinessClock())
    for (let askedMs = begunMs; ; askedMs = Date.parse(await readBusinessClock())) {
      const word = await inquireReturn(start)
      if (word.kind === 'not_found') return undefined
      if (word.kind === 'returned') {
        const received = await receiveReturn(start, word)
        if (received.kind === 'not_ours') return undefined
        if (received.kind === 'booked') return received.progress
        await hastenOriginal(start, word.originalReference).catch(() => undefined)
      }
      // By when it was asked: what is due already, because asking took its time, is asked again at once.
      const next = nextAfter(begunMs, askedMs)
      draw('asking', [`the bank is asked again at ${next} (business time)`], next)
      await untilBusinessTime(next, { nudges, businessNow: readBusinessClock, summary: `ask the bank at ${next}` })
    }
  }

  function nextAfter(begunMs: number, nowMs: number): string {
    const { inquiry } = start.policy
    const planned = nextInquiryAtMs(nowMs - begunMs, inquiry)
    return new Date(planned === undefined ? nowMs + inquiry.then_every_ms : begunMs + planned).toISOString()
  }

  /** Whatever pays it tells this run, and so does who gives it up; what is not told is seen within a day. */
  async function waitForMoney(): Promise<void> {
    const nowMs = Date.parse(await readBusinessClock())
    const next = new Date(nowMs + start.policy.bank_return.look_every_ms).toISOString()
    const summary = 'until it is paid or given up'
    await untilBusinessTime(next, { nudges, businessNow: readBusinessClock, summary, or: isOver })
    if (isOver()) return
    for (const { id, action } of await listReturnDecisions(start)) await decisions.take(action, id)
    const now = await decisions.alone(() => readBankReturn(start))
    if (now) show(now)
  }

  /** A step that answers late must not set the picture back. */
  function show(progress: BankReturnProgress): void {
    if (current && progress.version < current.version) return
    current = progress
    const { state, original_id, amount, outstanding } = progress
    draw(state, [
      `${formatMoney(fromWire(amount))} of \`${original_id}\` came back, ${formatMoney(fromWire(outstanding))} are owed`,
      `record: \`GET /v1/bank-returns/${start.id}\``
    ])
  }

  function draw(state: string, details: readonly string[], deadlineAt?: string): void {
    const { bank, reference } = start.order
    const about = `return \`${reference}\` of bank ${bank}`
    present({ state, details: [about, ...details], deadlineAt, rail: `bank_${bank}` })
  }
}
