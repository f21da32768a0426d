import { mayEnd } from '../domain/bank-account.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { clockOf } from '../domain/operators-work.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { findFirstVersion, hasEvent } from '../store/event.ts'
import { findSettlement, getSettlement, type Settlement } from '../store/settlement.ts'
import { advance } from './advance.ts'
import type { ActivityDeps } from './deps.ts'
import { readCollection } from './settlement-collect.ts'
import {
  toSettlementProgress,
  type SettlementCollected,
  type SettlementProgress,
  type SettlementStart
} from './settlement-progress.ts'
import * as units from './settlement-units.ts'
import { postByAttempts } from './post-by-attempts.ts'

/** The steps of a settlement that touch only our books; each is one unit of work, and safe to repeat. */
export function settlementActivities({
  db,
  ledger,
  vault,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'crash'>) {
  const progressOf = async (id: string): Promise<SettlementProgress> =>
    toSettlementProgress(await getSettlement(db, id))

  const step = async (
    { id, fingerprint }: SettlementStart,
    name: string,
    partFor: (settlement: Settlement) => UnitPart | undefined
  ): Promise<SettlementProgress> =>
    toSettlementProgress(
      (await advance(ledger, { key: `${id}:${name}`, fingerprint }, () => getSettlement(db, id), partFor)).seen
    )

  return {
    /**
     * Takes what is due out of the merchant's account; no bank is asked yet. A record that is there already answers for
     * itself. Null: there is nothing to settle, and nobody has asked for it.
     */
    collectSettlement: async (start: SettlementStart): Promise<SettlementCollected | null> => {
      const there = await findSettlement(db, start.id)
      if (there) return { ...toSettlementProgress(there), first_version: await findFirstVersion(db, start.id) }
      // Every day of a merchant that sells nothing would leave a record behind.
      const isDaily = start.order.trigger === 'daily'
      if (isDaily && (await readCollection({ db, vault }, start)).kind === 'refuse') return null
      await collect({ db, ledger, vault }, start)
      const progress = await progressOf(start.id)
      crash('settlement.collect/report')
      return progress
    },

    /** The bank has booked; or has, though it was given up meanwhile, and then its suspense account pays. */
    bookSettlement: async (start: SettlementStart, bankReference: string): Promise<SettlementProgress> => {
      const { state } = await getSettlement(db, start.id)
      if (state === 'failed')
        return step(start, 'late-booking', (settlement) =>
          settlement.bankReference === null ? units.lateBookingPart(settlement, bankReference) : undefined
        )
      if (state === 'paid') {
        const contradicted = await hasEvent(db, start.id, 'settlement.contradicted')
        return step(start, 'confirm-booking', (each) => units.confirmedPart(each, bankReference, contradicted))
      }
      const progress = await step(start, 'book', (settlement) =>
        settlement.state === 'processing' ? units.bookPart(settlement, bankReference) : undefined
      )
      crash('settlement.book/report')
      return progress
    },

    /**
     * The bank has not booked: the merchant has it again. One that was booked on an operator's word is contradicted.
     */
    declineSettlement: async (
      start: SettlementStart,
      code: ProblemCode,
      unsent = false
    ): Promise<SettlementProgress> => {
      if ((await getSettlement(db, start.id)).state === 'paid') return step(start, 'contradict', units.contradictedPart)
      const progress = await step(start, 'decline', (settlement) =>
        mayEnd(settlement, unsent) ? units.declinePart(settlement, code) : undefined
      )
      crash('settlement.decline/report')
      return progress
    },

    /** Opens the operator's task; the money stays on its way. */
    markSettlementStuck: (start: SettlementStart): Promise<SettlementProgress> =>
      step(start, 'stuck', (settlement) =>
        settlement.state === 'processing' ? units.stuckPart(settlement, clockOf(start.policy.stuck_sla_ms)) : undefined
      ),

    readSettlement: (start: SettlementStart): Promise<SettlementProgress> => progressOf(start.id)
  }
}

/** Takes what is due now, or says why nothing is. A refund or a dispute that is faster leaves less. */
async function collect(
  { db, ledger, vault }: Pick<ActivityDeps, 'db' | 'ledger' | 'vault'>,
  start: SettlementStart
): Promise<void> {
  const { id, fingerprint, actor } = start
  await postByAttempts(ledger, { key: `${id}:collect`, fingerprint }, async () => {
    const found = await readCollection({ db, vault }, start)
    const extra = { order: start, actor }
    return found.kind === 'collect'
      ? units.collectPart(found.settlement, found.facts, extra)
      : units.refusedPart(found.settlement, found.code, extra)
  })
}
