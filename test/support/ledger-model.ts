import { accountKinds, accountName, type AccountRef } from '../../domain/account-kinds.ts'
import type { PostingStep, UnitOfWork } from '../../ledger/unit-of-work.ts'

interface ModelHold {
  readonly debit: string
  readonly credit: string
  readonly expired: boolean | undefined
  left: bigint
}

interface State {
  /** On the account's own side. */
  readonly posted: Map<string, bigint>
  /** What holds reserve against it. */
  readonly reserved: Map<string, bigint>
  readonly holds: Map<string, ModelHold>
  readonly counters: Map<string, bigint>
}

export interface ModelAnswer {
  readonly status: 'posted' | 'refused' | 'reused'
  readonly code?: string
}

/**
 * The ledger as one would explain it to a child: one unit after the other, each on a copy of everything, kept when it
 * went well. Made from the rules of the books alone, and independent of the posting function.
 */
export class LedgerModel {
  #state: State = { posted: new Map(), reserved: new Map(), holds: new Map(), counters: new Map() }
  readonly #answers = new Map<string, { fingerprint: string; answer: ModelAnswer }>()

  post(unit: UnitOfWork): ModelAnswer {
    const known = this.#answers.get(unit.key)
    if (known) return known.fingerprint === unit.fingerprint ? known.answer : { status: 'reused' }
    const attempt = copyOf(this.#state)
    const code = refusalOf(unit, attempt)
    const answer: ModelAnswer = code === undefined ? { status: 'posted' } : { status: 'refused', code }
    if (code === undefined) this.#state = attempt
    this.#answers.set(unit.key, { fingerprint: unit.fingerprint, answer })
    return answer
  }

  posted = (ref: AccountRef): bigint => this.#state.posted.get(accountName(ref)) ?? 0n
  pending = (ref: AccountRef): bigint => this.#state.reserved.get(accountName(ref)) ?? 0n
  counter = (id: string): bigint => this.#state.counters.get(id) ?? 0n
  openHolds = (): Map<string, bigint> =>
    new Map([...this.#state.holds].filter(([, { left }]) => left > 0n).map(([id, { left }]) => [id, left]))
}

const copyOf = ({ posted, reserved, holds, counters }: State): State => ({
  posted: new Map(posted),
  reserved: new Map(reserved),
  holds: new Map([...holds].map(([id, hold]) => [id, { ...hold }])),
  counters: new Map(counters)
})

function refusalOf(unit: UnitOfWork, state: State): string | undefined {
  for (const guard of unit.guards ?? []) {
    if (guard.kind === 'refuse') return guard.code
    if (guard.kind !== 'counter') throw new TypeError('the model knows no such guard')
    if (add(state.counters, guard.counter, guard.add) > (guard.max ?? 2n ** 64n)) return guard.code
  }
  for (const step of unit.postings ?? []) {
    const code = apply(step, state)
    if (code !== undefined) return code
  }
  return undefined
}

function apply(step: PostingStep, state: State): string | undefined {
  const [debit, credit] = [accountName(step.debit), accountName(step.credit)]
  const sign = (ref: AccountRef, side: 'D' | 'C') => (accountKinds[ref.kind].side === side ? 1n : -1n)
  const book = (amount: bigint) => {
    add(state.posted, debit, sign(step.debit, 'D') * amount)
    add(state.posted, credit, sign(step.credit, 'C') * amount)
  }
  const reserve = (amount: bigint) => {
    if (accountKinds[step.debit.kind].side === 'C') add(state.reserved, debit, amount)
    if (accountKinds[step.credit.kind].side === 'D') add(state.reserved, credit, amount)
  }
  if (step.op === 'post' || step.op === 'hold') {
    if (step.op === 'post') book(step.amount)
    else {
      reserve(step.amount)
      const expired = step.expiresAt && step.expiresAt.getTime() <= Date.now()
      state.holds.set(step.hold, { debit, credit, expired, left: step.amount })
    }
    return [step.debit, step.credit].some((ref) => isBelowFloor(ref, state)) ? 'insufficient_funds' : undefined
  }
  const hold = state.holds.get(step.hold)
  if (!hold || hold.debit !== debit || hold.credit !== credit) return 'hold_not_found'
  if (hold.left === 0n) return 'state_conflict'
  if (step.op === 'post_hold' && hold.expired) return 'hold_expired'
  if (step.op === 'expire_hold' && !hold.expired) return 'state_conflict'
  const amount = (step.op === 'post_hold' ? step.amount : undefined) ?? hold.left
  if (amount > hold.left) return 'amount_exceeds_hold'
  hold.left -= amount
  reserve(-amount)
  if (step.op === 'post_hold') book(amount)
  return undefined
}

function isBelowFloor(ref: AccountRef, { posted, reserved }: State): boolean {
  const name = accountName(ref)
  return accountKinds[ref.kind].floor && (posted.get(name) ?? 0n) < (reserved.get(name) ?? 0n)
}

function add(to: Map<string, bigint>, name: string, amount: bigint): bigint {
  const sum = (to.get(name) ?? 0n) + amount
  to.set(name, sum)
  return sum
}
