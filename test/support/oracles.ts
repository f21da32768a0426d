import { expect } from '@jest/globals'
import { runOracles, type OracleInput } from '../../cli/verify/run-oracles.ts'
import { linesOf } from '../../cli/verify/report.ts'

/** Every race ends with the oracles: a failure shows the first row that breaks one. */
export async function expectBooksToHold(db: OracleInput['db'], others: Omit<OracleInput, 'db'> = {}): Promise<void> {
  const report = await runOracles({ db, ...others })
  const off = report.results.filter(({ verdict }) => verdict !== 'holds')
  expect(linesOf({ ...report, results: off })).toEqual([])
}
