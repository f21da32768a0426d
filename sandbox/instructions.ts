import { setTimeout as sleep } from 'node:timers/promises'
import type { Response } from 'express'
import type { Order } from './bank-types.ts'
import type { Ending, Plan } from './outcomes.ts'
import { SandboxRefusal } from './refusal.ts'
import { useRule } from './rules.ts'
import type { World } from './world.ts'

/** What banks, acquirer and billers' network have in common: they take instructions by reference, and are asked about them. */

export type Reply =
  | { readonly ending: 'answer'; readonly status: number; readonly body: object }
  | { readonly ending: Exclude<Ending, 'answer'> }

/** Whoever takes instructions. */
interface Taker<Ordered extends { readonly reference: string }> {
  readonly books: {
    readonly instructions: ReadonlyMap<string, { readonly order: Ordered }>
    readonly fenced: ReadonlySet<string>
  }
  /** Of all that has to be the same where a reference comes again. */
  readonly fingerprint: (order: Ordered) => string
  readonly planFor: (order: Ordered) => Plan
  readonly take: (order: Ordered, plan: Plan) => Promise<void>
  /** What is answered about one that was taken. */
  readonly answerFor: (order: Ordered) => Reply
  readonly stopping: AbortSignal
}

/**
 * Takes an instruction; the same reference is never booked twice, and a fenced one never.
 * @throws {SandboxRefusal} 409 when the reference stands for another instruction
 */
export async function instruct<Ordered extends { readonly reference: string }>(
  taker: Taker<Ordered>,
  order: Ordered
): Promise<Reply> {
  const first = knownAnswer(taker, order)
  if (first) return first
  const plan = taker.planFor(order)
  if (plan.holdMs > 0 && !(await held(plan.holdMs, taker.stopping))) return { ending: 'hang' }
  const meanwhile = knownAnswer(taker, order)
  if (meanwhile) return meanwhile
  await taker.take(order, plan)
  return plan.ending === 'answer' ? taker.answerFor(order) : { ending: plan.ending }
}

function knownAnswer<Ordered extends { readonly reference: string }>(
  { books, fingerprint, answerFor }: Taker<Ordered>,
  order: Ordered
): Reply | undefined {
  const first = books.instructions.get(order.reference)
  if (first && fingerprint(first.order) !== fingerprint(order))
    throw new SandboxRefusal(409, 'reference_reused', 'the reference stands for another instruction')
  if (books.fenced.has(order.reference))
    return { ending: 'answer', status: 200, body: { status: 'declined', code: 'reference_fenced' } }
  return first && answerFor(order)
}

/** False when the sandbox stops first. */
const held = (ms: number, stopping: AbortSignal): Promise<boolean> =>
  sleep(ms, true, { signal: stopping }).catch(() => false)

/** Of those who know at once, or say that they do not know yet. */
export function promptAnswer(said: { readonly status: string }): Reply {
  const status = said.status === 'booked' ? 'accepted' : said.status
  return { ending: 'answer', status: status === 'pending' ? 202 : 200, body: { ...said, status } }
}

/** When the first of them falls due, in milliseconds of the sandbox's own clock; `Infinity`: none does. */
export const earliestDue = (pending: Iterable<{ readonly due_at: number }>): number =>
  [...pending].reduce((next, { due_at }) => Math.min(next, due_at), Infinity)

/** Answers about a reference, unless a rule has the other side fail or hang. */
export function answerInquiry(
  world: World,
  response: Response,
  asked: { readonly reference: string; readonly order?: Order | undefined },
  inquire: () => object
): void | Promise<void> {
  const rule = useRule(world, { operation: 'inquiry', ...asked })
  const answer = async () => {
    const body = inquire()
    await world.durable()
    sendReply(response, { ending: 'answer', status: 200, body })
  }
  if (rule === undefined) return answer()
  if (rule.outcome === 'error') return sendReply(response, { ending: 'error' })
  // Who hangs has not looked the reference up either: nothing is fenced.
  if (rule.outcome === 'delay') setTimeout(() => void answer(), rule.delay_ms).unref()
}

export const sendReply = (response: Response, reply: Reply): void => {
  if (reply.ending === 'answer') response.status(reply.status).json(reply.body)
  if (reply.ending === 'error') response.status(500).json({ code: 'internal', message: 'the bank failed' })
  if (reply.ending === 'close') response.socket?.destroy()
  // `hang`: no answer, until the client gives up.
}
