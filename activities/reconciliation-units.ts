import { account, type AccountRef } from '../domain/account-kinds.ts'
import type { ReconciliationItemId } from '../domain/ids.ts'
import { clockOf } from '../domain/operators-work.ts'
import { endOf, reconciliationStates, type ItemClass, type ReconciliationState } from '../domain/reconciliation.ts'
import { movesOf, restOf, type Move, type Place } from '../domain/reconciliation-booking.ts'
import { countClasses, type Expectation, type Match } from '../domain/reconciliation-matching.ts'
import type { Guard, PostingStep, UnitPart } from '../ledger/unit-of-work.ts'
import { moveExpectation } from '../store/bank-expectation.ts'
import type { PlacedLine } from '../store/bank-statement.ts'
import { derivedId } from '../store/derived-id.ts'
import { toItemRow, type ReconciliationItem } from '../store/reconciliation-item.ts'
import {
  toReconciliationRow,
  toReconciliationView,
  type Reconciliation,
  type ReconciliationMoves,
  type Refused
} from '../store/reconciliation.ts'
import type { ReconciliationStart } from './reconciliation-progress.ts'
import { createRecordWrite, type WriteExtra } from './record-write.ts'

/** A reconciliation's part of the books (ARCHITECTURE.md, "Postings"): what each of its units tests, posts, writes. */

type Extra = WriteExtra & { readonly row?: ReconciliationMoves }

const write = createRecordWrite({
  kind: 'reconciliation',
  states: reconciliationStates,
  owners: () => ({}),
  view: toReconciliationView,
  row: toReconciliationRow,
  tasks: true
})

const recordWrite = (
  before: Reconciliation | undefined,
  after: Reconciliation,
  path: readonly ReconciliationState[],
  extra: Extra = {}
) => write(before, after, path, extra)

/** The run has begun. */
export const openPart = (start: ReconciliationStart, wanted: Reconciliation): UnitPart => ({
  records: [recordWrite(undefined, wanted, ['importing'], { order: start, actor: start.actor })]
})

/** The statement is put down, and fits. */
export const importPart = (seen: Reconciliation): UnitPart => ({
  records: [recordWrite(seen, { ...seen, refusal: null }, ['matching'], { row: { taken: true } })]
})

/** The statement cannot be believed: a person has to ask the bank, or bring a better one. */
export const refusePart = (seen: Reconciliation, refusal: Refused, slaMs: number): UnitPart => ({
  records: [
    recordWrite(seen, { ...seen, refusal }, [], {
      event: 'reconciliation.statement_refused',
      task: {
        ...taskOf(seen, 'statement_refused', slaMs),
        data: { bank: seen.bank, date: seen.date, code: refusal.code }
      }
    })
  ]
})

/** Some of the day's matches, with what the bank's cash moves by; what is to be explained gets a row each. */
export function bookPart(seen: Reconciliation, matches: readonly Match[], guard: Guard, unitKey: string): UnitPart {
  const booked = countClasses(matches)
  const counts = { ...seen.counts }
  for (const of of Object.keys(booked) as (keyof typeof booked)[]) counts[of] += booked[of]
  const items = matches.filter(({ class: of }) => of !== 'matched').map((match) => itemOf(seen, match))
  const after = { ...seen, counts, openItems: seen.openItems + items.length }
  return {
    guards: [guard],
    postings: matches.flatMap((match) => movesOf(match).map((move) => toPosting(seen, move))),
    records: [
      recordWrite(seen, after, [], {
        event: 'reconciliation.booked',
        row: {
          lines: matches.flatMap((match) => linesOf(match, unitKey)),
          expectations: matches.flatMap((match) => expectationsOf(seen, match)),
          items: items.map(toItemRow)
        }
      })
    ],
    effectiveAt: endOf(seen.date)
  }
}

/** All of it is booked. */
export const concludePart = (seen: Reconciliation): UnitPart => ({
  records: [recordWrite(seen, seen, [seen.openItems === 0 ? 'balanced' : 'open_items'])]
})

/** Why an item needs nobody any more. */
export interface Explanation {
  readonly item: ReconciliationItem
  /** `found_here`, `found_there`, or the operator. */
  readonly by: string
  /** Where its money goes from where it rests; absent: it has gone already. */
  readonly to?: AccountRef
  /** What our books had expected of it, and now is met. */
  readonly met?: readonly { readonly id: string; readonly state: 'matched' | 'adjusted' }[]
  readonly adjustment?: { readonly account: string; readonly reason: string; readonly effectiveOn: string }
}

/** Items that are explained; with the last one the day is balanced. */
export function explainPart(
  seen: Reconciliation,
  explained: readonly Explanation[],
  { guard, unitKey, actor }: { readonly guard: Guard; readonly unitKey: string; readonly actor?: string }
): UnitPart {
  const after = { ...seen, openItems: seen.openItems - explained.length }
  const adjusted = explained.find(({ adjustment }) => adjustment)?.adjustment
  return {
    guards: [guard],
    postings: explained.flatMap((each) => explanationPostings(seen, each)),
    records: [
      recordWrite(seen, after, after.openItems === 0 ? ['balanced'] : [], {
        event: 'reconciliation.item_cleared',
        actor,
        row: {
          cleared: explained.map(({ item, by, adjustment }) => ({
            id: item.id,
            cleared_by: by,
            account: adjustment?.account,
            reason: adjustment?.reason,
            effective_on: adjustment?.effectiveOn,
            unit_key: unitKey
          })),
          expectations: explained.flatMap(({ met = [] }) => met.map((each) => moveExpectation(each, each.state)))
        }
      })
    ],
    ...(adjusted && { effectiveAt: new Date(adjusted.effectiveOn), reason: adjusted.reason })
  }
}

/** Some of it has been open for too long. */
export const agePart = (seen: Reconciliation, items: readonly ReconciliationItem[], slaMs: number): UnitPart => ({
  records: [
    recordWrite(seen, seen, [], {
      event: 'reconciliation.aged',
      task: {
        ...taskOf(seen, 'open_items', slaMs),
        data: {
          bank: seen.bank,
          date: seen.date,
          items: items.slice(0, 100).map(({ id, class: of, reference }) => ({ id, class: of, reference }))
        }
      }
    })
  ]
})

const taskOf = (seen: Reconciliation, kind: 'open_items' | 'statement_refused', slaMs: number) => ({
  id: derivedId('tsk', [seen.id, kind].join('\n')),
  kind,
  clock: clockOf(slaMs)
})

function itemOf(seen: Reconciliation, match: Match): ReconciliationItem {
  const { class: of, lines, expected } = match
  const sum = (all: readonly { amount: bigint }[]) => all.reduce((total, { amount }) => total + amount, 0n)
  const transit = expected.some(({ rests }) => rests === 'transit')
  return {
    id: itemIdOf(seen, match),
    reconciliationId: seen.id,
    class: of as ItemClass,
    // One without a reference goes by the bank's name of the entry.
    reference: (lines[0]?.reference || lines[0]?.entry) ?? expected[0]!.reference,
    currency: (lines[0] ?? expected[0])!.currency,
    expected: expected.length === 0 ? null : sum(expected),
    said: lines.length === 0 ? null : sum(lines),
    amount: restOf(match),
    rests: of !== 'missing_there' ? 'suspense' : transit ? 'transit' : 'cash',
    state: 'open',
    openedOn: seen.date,
    clearedAt: null,
    clearedBy: null,
    account: null,
    reason: null,
    effectiveOn: null
  }
}

/** The same match makes the same item, whoever finds it again. */
const itemIdOf = (seen: Reconciliation, { class: of, lines, expected }: Match): ReconciliationItemId => {
  const places = (lines as readonly PlacedLine[]).map(({ position }) => position)
  return derivedId('rci', [seen.id, of, ...places, ...expected.map(({ id }) => id)].join('\n'))
}

/** A match needs no key to be found by: what it posts stays within the bank's two accounts. */
const linesOf = ({ class: of, by, lines }: Match, unitKey: string) =>
  (lines as readonly PlacedLine[]).map(({ position }) => ({
    position,
    class: of,
    unit_key: of === 'matched' && by !== 'bank_fee' ? null : unitKey
  }))

const expectationsOf = (seen: Reconciliation, match: Match) =>
  match.expected.map((each: Expectation) =>
    match.class === 'missing_there'
      ? moveExpectation(each, 'open', itemIdOf(seen, match))
      : moveExpectation(each, 'matched')
  )

const toPosting = (
  { bank }: Pick<Reconciliation, 'bank'>,
  { debit, credit, currency, amount, code }: Move
): PostingStep => ({
  op: 'post',
  debit: accountAt(debit, bank, currency),
  credit: accountAt(credit, bank, currency),
  amount,
  code
})

function accountAt(place: Place, bank: string, code: Move['currency']): AccountRef {
  if (place === 'cash') return account('bank_cash', bank, code)
  if (place === 'transit') return account('bank_in_transit', bank, code)
  return place === 'suspense' ? account('suspense', bank, code) : account('bank_fee_expense', '', code)
}

/** From where it rests to where it belongs; suspense owes it, the others have it. */
function explanationPostings({ bank }: Reconciliation, { item, to, adjustment }: Explanation): PostingStep[] {
  if (!to) return []
  const rest = accountAt(item.rests, bank, item.currency)
  const amount = item.amount < 0n ? -item.amount : item.amount
  const isDebit = (item.rests === 'suspense') === item.amount > 0n
  const code = adjustment ? 'reconciliation.adjustment' : 'reconciliation.found_here'
  return [{ op: 'post', debit: isDebit ? rest : to, credit: isDebit ? to : rest, amount, code }]
}
