import type { RecordWrite } from '../ledger/unit-of-work.ts'
import { findLateRecord, listLateWork, workClockWriter, type LateRecord, type LateWork } from '../store/work-clock.ts'
import type { ActivityDeps } from './deps.ts'

const PAGE = 200

/**
 * Tells, once each, that half of the time of a task or a review is over, and that all of it is: an event of the process
 * that it is about, in one unit of work with the mark that it was told. The key is the work's own: whoever repeats it, be
 * it after a crash, finds it done.
 */
export function createWorkClock({ db, ledger }: Pick<ActivityDeps, 'db' | 'ledger'>) {
  async function tell(late: LateWork): Promise<boolean> {
    const key = `${late.id}:${late.step}`
    for (;;) {
      const record = await findLateRecord(db, late)
      if (!record) return false
      const { status } = await ledger.post({ key, fingerprint: key, records: [told(record)] })
      if (status === 'posted') return true
      if (status !== 'stale') throw new Error(`${key} was ${status}`)
    }
  }

  /** @returns the ids of what somebody was told about. */
  return async (): Promise<string[]> => {
    const all: string[] = []
    for (const late of await listLateWork(db, PAGE)) if (await tell(late)) all.push(late.id)
    return all
  }
}

function told(record: LateRecord): RecordWrite {
  const { table, id, step, processId, processKind, state, version, customerId, merchantId, view } = record
  const type = `${processKind.replaceAll('-', '_')}.${table}_${step === 'escalated' ? 'escalated' : 'due'}`
  return {
    kind: workClockWriter.kind,
    id: processId,
    version,
    from: state,
    crossed: [{ state, type, data: view }],
    open: true,
    ...(customerId !== null && { customerId }),
    ...(merchantId !== null && { merchantId }),
    row: { id, step }
  }
}
