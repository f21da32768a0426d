import type { CurrencyCode } from '../domain/currencies.ts'
import { Refusal } from '../domain/errors.ts'
import type { DecisionOutcome, Progress, Start } from '../domain/orders.ts'
import type { WriteOffPolicy } from '../domain/policy/index.ts'
import { writeOffNeedsFourEyes } from '../domain/write-off.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import type { Decision } from '../store/decision.ts'
import { findOpenTask } from '../store/task.ts'
import { carryOut } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { isReviewed } from './reviewed.ts'

interface Instructed {
  readonly id: string
  readonly state: string
  readonly currency: CurrencyCode
  readonly amount: bigint
}

/** What a kind of process puts on record for each decision, and how its record is read. */
interface StuckParts<Thing extends Instructed, State extends string> {
  get(id: string): Promise<Thing>
  toProgress(thing: Thing): Progress<State>
  retryPart(thing: Thing, actor: string): UnitPart
  writeOffPart(thing: Thing, actor: string): UnitPart
  /** Whether somebody outside can be asked about it; without it: while it is `processing`. */
  isAsked?(thing: Thing): boolean
  /** The bank has booked, on an operator's word; a kind without it is not resolved so. */
  bookPart?(thing: Thing, bankReference: null, actor: string): UnitPart
}

const isProcessing = ({ state }: Instructed): boolean => state === 'processing'

type StuckStart = Start<unknown, WriteOffPolicy>

/** What finance may decide about an instruction whose end nobody knows. */
export function createStuckDecisions<Thing extends Instructed, State extends string>(
  { db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>,
  { get, toProgress, retryPart, writeOffPart, bookPart, isAsked = isProcessing }: StuckParts<Thing, State>
) {
  async function decide(
    { id }: StuckStart,
    decisionId: string,
    partFor: (thing: Thing, decision: Decision) => Promise<UnitPart | Refusal>,
    mayBe: (thing: Thing) => boolean = isProcessing
  ): Promise<DecisionOutcome<State>> {
    const settled = await carryOut({ db, ledger }, { processId: id, decisionId }, async (decision) => {
      const thing = await get(id)
      if (decision.role !== 'finance') return new Refusal('forbidden')
      if (!mayBe(thing)) return new Refusal('state_conflict', { state: thing.state })
      return partFor(thing, decision)
    })
    return { ...settled, progress: toProgress(await get(id)) }
  }

  /** Ends what is stuck; above the threshold only with another operator's review. */
  const end = (
    start: StuckStart,
    decisionId: string,
    partFor: (thing: Thing, decision: Decision) => UnitPart | Refusal
  ): Promise<DecisionOutcome<State>> =>
    decide(start, decisionId, async (thing, decision) => {
      if (!(await findOpenTask(db, thing.id, 'stuck_bank_instruction')))
        return new Refusal('state_conflict', { state: thing.state, reason: 'not_stuck' })
      const alone = writeOffNeedsFourEyes(thing, start.policy) && !(await isReviewed(db, thing.id, decision))
      return alone ? new Refusal('four_eyes_required') : partFor(thing, decision)
    })

  return {
    /** Puts on record that an operator has the bank asked now; the run asks. */
    retry: (start: StuckStart, decisionId: string): Promise<DecisionOutcome<State>> =>
      decide(start, decisionId, async (thing, { actor }) => retryPart(thing, actor), isAsked),

    /** Gives the instruction up. */
    writeOff: (start: StuckStart, decisionId: string): Promise<DecisionOutcome<State>> =>
      end(start, decisionId, (thing, { actor }) => writeOffPart(thing, actor)),

    /** Ends it as the bank has said outside of the wire: booked, or not, which is what giving it up says as well. */
    resolve: (start: StuckStart, decisionId: string): Promise<DecisionOutcome<State>> =>
      end(start, decisionId, (thing, { actor, data }) => {
        if (data['outcome'] !== 'booked') return writeOffPart(thing, actor)
        return bookPart?.(thing, null, actor) ?? new Refusal('not_implemented')
      })
  }
}
