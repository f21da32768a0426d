import { accountName, type AccountRef } from '../domain/account-kinds.ts'
import type { Guard, PostingStep, RecordWrite, UnitOfWork } from './unit-of-work.ts'

/** Steps (guards, records and postings) of one unit: the posting ids hold the place within it in 12 bits. */
export const STEPS_MAX = 4096

/** Every ledger account that the units touch, once each; their ids have to be known before `encodeBatch`. */
export function accountsOf(units: readonly UnitOfWork[]): Map<string, AccountRef> {
  const accounts = new Map<string, AccountRef>()
  const add = (ref: AccountRef) => accounts.set(accountName(ref), ref)
  for (const unit of units) {
    for (const { debit, credit } of unit.postings ?? []) [debit, credit].forEach(add)
    for (const guard of unit.guards ?? []) if (guard.kind === 'max_balance') add(guard.account)
  }
  return accounts
}

/**
 * The arguments of `post_units` in order (db/migrations/0004_post_units.sql says what is in them), columns as array
 * literals.
 * @throws {TypeError | RangeError} for a unit that could never be posted: it is bad data, and not tried again.
 */
export function encodeBatch(units: readonly UnitOfWork[], accountIds: ReadonlyMap<string, bigint>): string[] {
  const accounts = new Places([...accountIds.values()].sort((a, b) => (a < b ? -1 : 1)).map(String))
  const records = Places.sorted(units.flatMap((unit) => (unit.records ?? []).map(({ id }) => id)))
  const counters = Places.sorted(units.flatMap(countersOf))
  const holds = Places.sorted(
    units.flatMap((unit) => (unit.postings ?? []).flatMap((p) => (p.op === 'post' ? [] : p.hold)))
  )
  const place = (ref: AccountRef) => accounts.of(String(accountIds.get(accountName(ref))))

  const steps: Step[] = []
  const last: number[] = []
  for (const unit of units) {
    const before = steps.length
    for (const [id, version] of versionsOf(unit)) steps.push({ op: 'record', a: records.of(id), amount: version })
    for (const guard of unit.guards ?? []) steps.push(guardStep(guard, counters, place))
    for (const posting of unit.postings ?? []) steps.push(postingStep(posting, holds, place))
    if (steps.length - before > STEPS_MAX) throw new RangeError(`unit ${unit.key} has more than ${STEPS_MAX} steps`)
    last.push(steps.length)
  }
  const writes = units.flatMap(({ records = [] }, index) => records.map((write) => ({ unit: index + 1, write })))
  return [
    plain(accounts.list),
    ...[records, counters, holds].map(({ list }) => texts(list)),
    ...unitColumns(units),
    plain(last),
    ...stepColumns(steps),
    ...writeColumns(writes),
    ...eventColumns(writes.flatMap(eventsOf))
  ]
}

/** How many arguments that makes. */
export const BATCH_ARGUMENTS = 35

interface Step {
  readonly op: 'record' | Exclude<Guard['kind'], 'unmoved' | 'still'> | PostingStep['op']
  readonly a?: number
  readonly b?: number
  readonly h?: number
  readonly amount?: bigint | number
  readonly max?: bigint | number
  readonly code?: string
  readonly data?: object
  readonly expiresAt?: Date
}

const countersOf = (unit: UnitOfWork): string[] =>
  (unit.guards ?? []).flatMap((guard) => (guard.kind === 'refuse' || guard.counter === undefined ? [] : guard.counter))

/** Each record's version is tested once. */
function versionsOf(unit: UnitOfWork): Map<string, number> {
  const versions = new Map<string, number>()
  for (const { id, version } of unit.records ?? []) {
    if ((versions.get(id) ?? version) !== version) throw new TypeError(`unit ${unit.key} names two versions of ${id}`)
    versions.set(id, version)
  }
  return versions
}

function guardStep(guard: Guard, counters: Places, place: (ref: AccountRef) => number): Step {
  // The same test as a limit's, with another answer.
  if (guard.kind === 'unmoved')
    return { op: 'counter', h: counters.of(guard.counter), amount: 1n, max: guard.seen + 1n, code: 'stale' }
  if (guard.kind === 'still')
    return { op: 'counter', h: counters.of(guard.counter), amount: 0n, max: guard.seen, code: 'stale' }
  const { kind: op, code, data } = guard
  if (guard.kind === 'refuse') return { op, code, data }
  const h = guard.counter === undefined ? undefined : counters.of(guard.counter)
  const a = guard.kind === 'max_balance' ? place(guard.account) : undefined
  return { op, a, h, amount: guard.add, max: guard.max, code, data }
}

function postingStep(posting: PostingStep, holds: Places, place: (ref: AccountRef) => number): Step {
  const { op, debit, credit, code } = posting
  const amount = 'amount' in posting ? posting.amount : undefined
  if (amount !== undefined && amount <= 0n) throw new RangeError(`${code}: a posting is above zero`)
  const h = op === 'post' ? undefined : holds.of(posting.hold)
  return {
    op,
    a: place(debit),
    b: place(credit),
    h,
    amount,
    code,
    expiresAt: op === 'hold' ? posting.expiresAt : undefined
  }
}

const unitColumns = (units: readonly UnitOfWork[]) => [
  texts(units.map(({ key }) => key)),
  texts(units.map(({ fingerprint }) => fingerprint)),
  texts(units.map(({ reason }) => reason)),
  texts(units.map(({ effectiveAt }) => effectiveAt?.toISOString()))
]

const stepColumns = (steps: readonly Step[]) => [
  plain(steps.map(({ op }) => op)),
  plain(steps.map(({ a }) => a)),
  plain(steps.map(({ b }) => b)),
  plain(steps.map(({ h }) => h)),
  plain(steps.map(({ amount }) => amount)),
  plain(steps.map(({ max }) => max)),
  texts(steps.map(({ code }) => code)),
  texts(steps.map(({ data }) => data && JSON.stringify(data))),
  texts(steps.map(({ expiresAt }) => expiresAt?.toISOString()))
]

interface Written {
  /** The place of its unit. */
  readonly unit: number
  readonly write: RecordWrite
}

function writeColumns(writes: readonly Written[]): string[] {
  for (const { write } of writes) {
    if (write.crossed.length === 0) throw new TypeError(`${write.id}: a write crosses at least one arrow`)
    if (write.version === 0 && !write.order)
      throw new TypeError(`${write.id}: a new record has the order it began with`)
  }
  return [
    plain(writes.map(({ unit }) => unit)),
    plain(writes.map(({ write }) => write.version === 0)),
    texts(writes.map(({ write }) => write.id)),
    texts(writes.map(({ write }) => write.kind)),
    texts(writes.map(({ write }) => write.crossed.at(-1)!.state)),
    plain(writes.map(({ write }) => write.open)),
    plain(writes.map(({ write }) => write.version + write.crossed.length)),
    JSON.stringify(writes.map(({ write }) => (write.version === 0 ? write.order : null)))
  ]
}

/** The arrows of a write, each with the place of the write. */
const eventsOf = ({ write }: Written, index: number) =>
  write.crossed.map((arrow, step) => ({
    ...arrow,
    write,
    place: index + 1,
    version: write.version + step + 1,
    from: step === 0 ? write.from : write.crossed[step - 1]!.state
  }))

const eventColumns = (events: readonly ReturnType<typeof eventsOf>[number][]) => [
  plain(events.map(({ place }) => place)),
  plain(events.map(({ version }) => version)),
  texts(events.map(({ type }) => type)),
  texts(events.map(({ from }) => from ?? undefined)),
  texts(events.map(({ state }) => state)),
  texts(events.map(({ write }) => write.customerId)),
  texts(events.map(({ write }) => write.merchantId)),
  texts(events.map(({ write }) => write.actor)),
  JSON.stringify(events.map(({ data }) => data))
]

/** An array literal of members that need no quotes: numbers, truth values, and words of our own. */
const plain = (members: readonly (bigint | number | string | boolean | undefined)[]): string =>
  `{${members.map((member) => member ?? 'NULL').join(',')}}`

const texts = (members: readonly (string | undefined)[]): string =>
  `{${members.map((member) => (member === undefined ? 'NULL' : `"${member.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`

/** A sorted list without repeats, and the place of each member, from 1 as plpgsql counts. */
class Places {
  readonly list: readonly string[]
  readonly #places: ReadonlyMap<string, number>

  constructor(list: readonly string[]) {
    this.list = list
    this.#places = new Map(list.map((member, index) => [member, index + 1]))
  }

  static sorted = (members: readonly string[]): Places => new Places([...new Set(members)].sort())

  of(member: string): number {
    const place = this.#places.get(member)
    if (place === undefined) throw new TypeError(`${member} is not in the batch`)
    return place
  }
}
