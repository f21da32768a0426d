import { heartbeat, log } from '@temporalio/activity'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import { settlementPolicy } from '../domain/policy/index.ts'
import { cutOff, settlementDayAt, type SettlementDay } from '../domain/settlement-cut.ts'
import { derivedId } from '../store/derived-id.ts'
import { isSuspended } from '../store/kill-switches.ts'
import { findMerchant } from '../store/merchant.ts'
import { readBusinessNow } from '../store/process.ts'
import { findSettlementAccount } from '../store/settlement-account.ts'
import { listReservesToRelease, markDayStarted, wasDayStarted } from '../store/settlement-day.ts'
import { listMerchantsWithMoney, readSettlementFacts } from '../store/settlement-facts.ts'
import { findSettlement, getSettlement } from '../store/settlement.ts'
import { advance } from './advance.ts'
import type { ActivityDeps } from './deps.ts'
import type { SettlementStart } from './settlement-progress.ts'
import { releaseReservePart } from './settlement-units.ts'
import { startMissing, type WantedRun } from './start-missing.ts'

/** What a day's run did; an operator reads it as the run's result. */
export interface SettlementDayReport {
  readonly state: 'completed'
  readonly day: string
  readonly reserves_released: number
  readonly started: readonly string[]
  readonly started_count: number
  /** Merchants with money due who have no account that can be paid. */
  readonly without_account: number
}

const PAGE = 200
const SHOWN_MAX = 50

type DayDeps = Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'runs' | 'policy'>

/** The daily run: reserves whose time is over are released, then every merchant to whom something is due is settled. */
export const settlementDayActivities = (deps: DayDeps) => ({
  settleMerchants: async (): Promise<SettlementDayReport> => {
    const { db, policy } = deps
    const day = settlementDayAt(await readBusinessNow(db), policy)
    const released = await releaseReserves(deps)
    const started: string[] = []
    let withoutAccount = 0
    let page = await listMerchantsWithMoney(db, '', PAGE)
    while (page.length > 0) {
      for (const { id } of page) {
        heartbeat(id)
        const wanted = await wantedFor(deps, id, day)
        if (wanted === 'no_account') withoutAccount += 1
        else if (wanted) started.push(...(await startMissing(deps.runs, [wanted])))
      }
      page = await listMerchantsWithMoney(db, page.at(-1)!.id, PAGE)
    }
    if (withoutAccount > 0) log.warn('merchants cannot be settled: no account', { merchants: withoutAccount })
    await markDayStarted(db, day.date, started.length)
    return {
      state: 'completed',
      day: day.date,
      reserves_released: released,
      started: started.slice(0, SHOWN_MAX),
      started_count: started.length,
      without_account: withoutAccount
    }
  }
})

/** The sweeper's part: the Schedule was lost, or nobody was there when it fired. */
export async function startSettlementDay({
  db,
  runs,
  policy
}: Pick<ActivityDeps, 'db' | 'runs' | 'policy'>): Promise<string[]> {
  if (!policy.settlement.daily) return []
  const { date } = settlementDayAt(await readBusinessNow(db), policy)
  if (await wasDayStarted(db, date)) return []
  return startMissing(runs, [
    { kind: 'settlement-day', id: date, order: null, summary: `settles merchants of ${date}` }
  ])
}

/** A merchant's settlement of the day is one for ever; undefined: nothing is due, or it is there. */
async function wantedFor(
  { db, vault, policy }: DayDeps,
  merchantId: string,
  day: SettlementDay
): Promise<WantedRun | 'no_account' | undefined> {
  const merchant = (await findMerchant(db, merchantId))!
  const { currency } = merchant
  const id = derivedId('set', [merchantId, currency, day.date].join('\n'))
  if (await findSettlement(db, id)) return undefined
  const facts = await readSettlementFacts(db, { merchantId, currency }, day.cutOff)
  if (!cutOff(facts, settlementPolicy(policy))) return undefined
  const account = await findSettlementAccount(db, vault, merchant)
  if (!account || account.state === 'refused') return 'no_account'
  const { bank, version } = account
  if (await isSuspended(db, 'settlement', `bank_${bank}`)) return undefined
  const order: SettlementStart = {
    id,
    order: {
      merchant_id: merchantId,
      currency,
      trigger: 'daily',
      business_date: day.date,
      cut_off: day.cutOff.toISOString(),
      bank,
      account_version: version
    },
    policy: settlementPolicy(policy),
    fingerprint: `daily/${id}`,
    actor: 'settlement-day',
    requestId: id
  }
  return { kind: 'settlement', id, order, summary: `settlement of ${day.date} through bank ${bank}` }
}

/** @returns how many; what another run releases at the same time is released once. */
async function releaseReserves({ db, ledger }: Pick<DayDeps, 'ledger'> & { db: Kysely<Database> }): Promise<number> {
  let released = 0
  for (;;) {
    const now = await readBusinessNow(db)
    const due = await listReservesToRelease(db, PAGE)
    for (const id of due) {
      heartbeat(id)
      const key = { key: `${id}:release-reserve`, fingerprint: id }
      const { posted } = await advance(
        ledger,
        key,
        () => getSettlement(db, id),
        (seen) => releaseReservePart(seen, now)
      )
      if (posted) released += 1
    }
    if (due.length < PAGE) return released
  }
}
