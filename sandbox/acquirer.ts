import { createHash, randomInt } from 'node:crypto'
import type { z } from 'zod'
import { isExpired } from '../domain/card.ts'
import type { AcquirerBooks } from './acquirer-books.ts'
import type { Standing } from './bank-types.ts'
import type { Callbacks } from './callbacks.ts'
import { planForCard } from './card-outcomes.ts'
import type { CardInstruction, CardJournalLine, CardOrder, KnownCard, NewCard } from './card-types.ts'
import { earliestDue, instruct, promptAnswer, type Reply } from './instructions.ts'
import { SandboxRefusal } from './refusal.ts'
import type { Plan } from './outcomes.ts'
import { testCardOf } from './test-cards.ts'
import type { World } from './world.ts'

export interface Acquirer {
  /** For the customer's device alone. @throws {SandboxRefusal} 400 for what is no test card. */
  tokenise(card: z.output<typeof NewCard>): KnownCard
  /** Takes an instruction; the same reference is never booked twice. */
  instruct(order: CardOrder): Promise<Reply>
  /** What became of a reference. `not_found` fences it: it will never be booked from then on. */
  inquire(reference: string): object
  /** The card's issuer has looked at what the payee shows. @throws {SandboxRefusal} 409 when nobody contests it, or it is decided. */
  decideChargeback(chargeback: string, outcome: 'won' | 'lost'): void
  settleDue(): void
  nextDue(): number
}

interface AcquirerDeps {
  readonly world: World
  readonly callbacks: Callbacks
  readonly onPending: (dueAt: number) => void
  readonly stopping: AbortSignal
}

/** Who takes cards' money for us, and is given the numbers that we never see. It answers at once, unless a rule says later. */
export function createAcquirer({ world, callbacks, onPending, stopping }: AcquirerDeps): Acquirer {
  const books = world.acquirer

  const settle = ({ order, fate, reports }: CardInstruction) => {
    const { reference } = order
    const standing = standingOf(books, order, fate, new Date(world.now()))
    const line = standing.status === 'booked' ? lineFor(order, books.journal.length + 1, world.now()) : undefined
    world.record({ type: 'card_settled', reference, standing, ...(line && { line }) })
    return callbacks.report('acquirer', reference, reports)
  }

  const take = async (order: CardOrder, plan: Plan): Promise<void> => {
    if (plan.fate === undefined) return
    const { fate, reports } = plan
    // What cannot be contested is declined at once.
    const settleAfterMs = order.operation === 'represent' && obstacle(books, order) ? 0 : (plan.settleAfterMs ?? 0)
    world.record({ type: 'card_taken', taken: { order, fate, reports, due_at: world.now() + settleAfterMs } })
    const instruction = books.instructions.get(order.reference)!
    if (settleAfterMs > 0) return onPending(instruction.due_at)
    const reported = settle(instruction)
    if (plan.reportFirst === true) await reported
  }

  const taker = {
    books,
    stopping,
    take,
    planFor: (order: CardOrder) => planForCard(world, order),
    fingerprint: (order: CardOrder) => JSON.stringify(Object.entries(order).sort()),
    answerFor: ({ reference }: CardOrder) => promptAnswer(told(books, books.instructions.get(reference)!))
  }

  return {
    tokenise: (given) => {
      const card = cardOf(given)
      world.record({ type: 'card_tokenised', card })
      return card
    },
    instruct: (order) => instruct(taker, order),
    inquire(reference) {
      const instruction = books.instructions.get(reference)
      if (instruction) return told(books, instruction)
      if (!books.fenced.has(reference)) world.record({ type: 'card_fenced', reference })
      return { status: 'not_found' }
    },
    decideChargeback(chargeback, outcome) {
      const contested = [...books.pending.values()].find(
        ({ order }) => order.operation === 'represent' && order.chargeback === chargeback
      )
      if (!contested) throw new SandboxRefusal(409, 'not_contested', 'nobody contests it, or it is decided')
      const fate =
        outcome === 'won' ? ({ kind: 'book' } as const) : ({ kind: 'decline', code: 'chargeback_upheld' } as const)
      void settle({ ...contested, fate })
    },
    settleDue() {
      for (const instruction of books.pending.values()) if (instruction.due_at <= world.now()) void settle(instruction)
    },
    nextDue: () => earliestDue(books.pending.values())
  }
}

function cardOf({ number, expiry_month, expiry_year }: z.output<typeof NewCard>): KnownCard {
  const digits = number.replace(/[ -]/g, '')
  const kind = testCardOf(digits)
  if (!kind) throw new SandboxRefusal(400, 'not_a_test_card', 'a sandbox takes the test cards of its manual alone')
  const letters = Array.from({ length: 32 }, () => String.fromCharCode(97 + randomInt(26)))
  return {
    ...kind,
    token: `ctk_${letters.join('')}`,
    // Test cards alone are in it, so nobody has to be kept from guessing them.
    fingerprint: `fpr_${createHash('sha256').update(`test card|${digits}`).digest('hex').slice(0, 32)}`,
    last4: digits.slice(-4),
    expiry_month,
    expiry_year
  }
}

/** How it stands; of a verification also which card it was, of a payment what was taken back of it. */
function told({ cards, authorizations }: AcquirerBooks, { order, standing }: CardInstruction) {
  if (standing.status !== 'booked') return standing
  const { status, bank_reference: acquirer_reference } = standing
  const chargebacks = authorizations.get(order.reference)?.chargebacks ?? []
  const card = order.operation === 'verify' ? cards.get(order.token) : undefined
  const { fingerprint, brand, funding, last4, expiry_month, expiry_year } = card ?? {}
  return {
    status,
    acquirer_reference,
    ...(card && { card: { fingerprint, brand, funding, last4, expiry_month, expiry_year } }),
    ...(chargebacks.length > 0 && { chargebacks })
  }
}

/** What the plan says, as far as card and authorization are good for it at that moment. */
function standingOf(books: AcquirerBooks, order: CardOrder, fate: CardInstruction['fate'], now: Date): Standing {
  const code = fate.kind === 'decline' ? fate.code : (obstacle(books, order) ?? wornOut(books, order, now))
  if (code !== undefined) return { status: 'declined', code }
  const digits = createHash('sha256').update(order.reference).digest('hex').slice(0, 12).toUpperCase()
  return { status: 'booked', bank_reference: `ACQ${digits}` }
}

function wornOut({ cards }: AcquirerBooks, order: CardOrder, now: Date): string | undefined {
  const card = 'token' in order ? cards.get(order.token) : undefined
  return card && isExpired({ month: card.expiry_month, year: card.expiry_year }, now) ? 'expired_card' : undefined
}

function obstacle(books: AcquirerBooks, order: CardOrder): string | undefined {
  const { cards, verifiedBy, authorizations } = books
  if ('token' in order) {
    if (!cards.has(order.token)) return 'invalid_token'
    const used = verifiedBy.has(order.token)
    // A token is used up by its first verification, and pays only after it: whoever finds one can do nothing with it.
    if (order.operation === 'verify') return used ? 'token_used' : undefined
    return used ? undefined : 'invalid_token'
  }
  const authorization = authorizations.get(order.of)
  if (!authorization) return 'authorization_not_found'
  const { amount: authorized, captured, refunded, open } = authorization
  if (order.operation === 'represent') return notContestable(books, order)
  if (order.operation !== 'refund' && !open) return 'authorization_over'
  if (order.operation === 'void') return undefined
  if (order.amount.currency !== authorization.currency) return 'currency_mismatch'
  const left = order.operation === 'capture' ? authorized - captured : captured - refunded
  return BigInt(order.amount.amount) > left ? 'amount_exceeds_authorization' : undefined
}

/** A chargeback is contested once, under whatever reference. */
function notContestable(
  { authorizations, instructions }: AcquirerBooks,
  { reference, of, chargeback, amount }: Extract<CardOrder, { operation: 'represent' }>
): string | undefined {
  const { currency, chargebacks } = authorizations.get(of)!
  const known = chargebacks.find(({ id }) => id === chargeback)
  if (!known || currency !== amount.currency || BigInt(amount.amount) > BigInt(known.amount))
    return 'chargeback_not_found'
  const isContested = [...instructions.values()].some(
    ({ order }) => order.operation === 'represent' && order.chargeback === chargeback && order.reference !== reference
  )
  return isContested ? 'already_represented' : undefined
}

function lineFor(order: CardOrder, seq: number, at: number): CardJournalLine | undefined {
  if (order.operation === 'verify' || order.operation === 'authorize' || order.operation === 'void') return undefined
  const { operation, reference, amount } = order
  return {
    seq,
    reference,
    operation: operation === 'represent' ? 'representment' : operation,
    of: 'of' in order ? order.of : reference,
    amount: amount.amount,
    currency: amount.currency,
    direction: operation === 'refund' ? 'out' : 'in',
    booked_at: new Date(at).toISOString()
  }
}
