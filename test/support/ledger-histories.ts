import fc from 'fast-check'
import { account, type AccountRef } from '../../domain/account-kinds.ts'
import { currency } from '../../domain/currencies.ts'
import type { PostingStep, UnitOfWork } from '../../ledger/unit-of-work.ts'
import { thing, thingId } from './ledger.ts'

const usd = currency('USD')

interface DrawnStep {
  readonly op: PostingStep['op']
  readonly debit: number
  readonly credit: number
  readonly amount: bigint
  /** Of the holds made so far, which one a step resolves. */
  readonly which: number
  /** Whether a hold is over from the start, later, or never; whether a resolution names wrong accounts. */
  readonly twist: number
}

export interface DrawnUnit {
  readonly steps: readonly DrawnStep[]
  readonly counter: bigint | undefined
  /** Above 8: the key of an earlier unit again, with its content or (above 9) with other content. */
  readonly repeat: number
}

const step: fc.Arbitrary<DrawnStep> = fc.record({
  op: fc.constantFrom('post', 'post', 'post', 'hold', 'hold', 'post_hold', 'post_hold', 'void_hold', 'expire_hold'),
  debit: fc.nat(6),
  credit: fc.nat(6),
  amount: fc.bigInt(1n, 60n),
  which: fc.nat(),
  twist: fc.nat(19)
})

const drawnUnit: fc.Arbitrary<DrawnUnit> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
  counter: fc.option(fc.bigInt(1n, 40n), { nil: undefined }),
  repeat: fc.nat(10)
})

/** A history with money in it from the beginning, so that more is posted than refused. */
export const history: fc.Arbitrary<readonly DrawnUnit[]> = fc.array(drawnUnit, { minLength: 5, maxLength: 40 })

/** One run's accounts, counters and units, under names of their own: many runs share one database. */
export interface History {
  readonly accounts: readonly AccountRef[]
  readonly counter: string
  readonly units: readonly UnitOfWork[]
}

const COUNTER_MAX = 200n

export function materialize(drawn: readonly DrawnUnit[], only?: 'posts'): History {
  const run = thingId()
  const wallets = [0, 1, 2].map((index) => account('wallet', `${run}-${index}`, usd))
  const merchants = [0, 1].map((index) => account('merchant_payable', `${run}-${index}`, usd))
  const receivable = account('customer_receivable', run, usd)
  const bank = account('bank_in_transit', run, usd)
  const accounts = [...wallets, ...merchants, receivable, bank]
  const holds: { hold: string; debit: AccountRef; credit: AccountRef }[] = []
  const funding = [...wallets, ...merchants].map((credit, index): UnitOfWork => {
    const step = { op: 'post' as const, debit: bank, credit, amount: 100n, code: 'test.fund' }
    // The holds belong to a process, and it stays open.
    return {
      key: `${run}-fund-${index}`,
      fingerprint: 'f',
      postings: [step],
      records: index === 0 ? [thing(run, 'open')] : []
    }
  })

  const toStep = ({ op, debit, credit, amount, which, twist }: DrawnStep): PostingStep[] => {
    const from = accounts[debit]!
    const to = accounts[credit === debit ? (credit + 1) % accounts.length : credit]!
    if (op === 'post' || only === 'posts') return [{ op: 'post', debit: from, credit: to, amount, code: 'test.move' }]
    if (op === 'hold') {
      const hold = `${run}/${holds.length}`
      holds.push({ hold, debit: from, credit: to })
      const expiresAt = twist < 5 ? new Date(1_000) : twist < 10 ? new Date('2999-01-01') : undefined
      return [{ op, hold, debit: from, credit: to, amount, code: 'test.hold', expiresAt }]
    }
    const hold = holds[which % Math.max(holds.length, 1)]
    if (!hold) return []
    const named = twist === 19 ? { ...hold, debit: hold.credit, credit: hold.debit } : hold
    return op === 'post_hold' ? [{ op, ...named, amount: twist < 4 ? undefined : amount }] : [{ op, ...named }]
  }

  const units = drawn.reduce<UnitOfWork[]>((before, { steps, counter, repeat }, index) => {
    if (repeat > 8 && before.length > 0) {
      const again = before[index % before.length]!
      return [...before, repeat === 9 ? again : { ...again, fingerprint: 'other' }]
    }
    const guards =
      counter === undefined
        ? []
        : [{ kind: 'counter' as const, counter: run, add: counter, max: COUNTER_MAX, code: 'limit_exceeded' as const }]
    return [...before, { key: `${run}-${index}`, fingerprint: 'f', guards, postings: steps.flatMap(toStep) }]
  }, [])
  return { accounts, counter: run, units: [...funding, ...units] }
}
