/** What became of one oracle: `unknown` when its reads could not finish, and that is a failure too. */
export interface OracleResult {
  readonly oracle: string
  readonly rule: string
  readonly verdict: 'holds' | 'breached' | 'unknown'
  /** The first row that breaks it, or why it is unknown. */
  readonly detail?: string
  /** What is off and may be: an instruction whose outcome is not known yet, each by its reference. */
  readonly exceptions: readonly string[]
}

export interface OracleReport {
  readonly results: readonly OracleResult[]
  readonly verdict: OracleResult['verdict']
}

/** Runs one oracle; whatever it throws makes it unknown. `find` answers the first breach in words, or nothing. */
export async function judge(
  { oracle, rule }: Pick<OracleResult, 'oracle' | 'rule'>,
  find: (note: (exception: string) => void) => Promise<string | undefined>
): Promise<OracleResult> {
  const exceptions: string[] = []
  try {
    const breach = await find((exception) => exceptions.push(exception))
    return { oracle, rule, verdict: breach === undefined ? 'holds' : 'breached', detail: breach, exceptions }
  } catch (error) {
    return {
      oracle,
      rule,
      verdict: 'unknown',
      detail: error instanceof Error ? error.message : String(error),
      exceptions
    }
  }
}

/** A breach outweighs an unknown: it is certain. */
export function summarize(results: readonly OracleResult[]): OracleReport {
  const has = (verdict: OracleResult['verdict']) => results.some((result) => result.verdict === verdict)
  return {
    results,
    verdict: has('breached') ? 'breached' : has('unknown') || results.length === 0 ? 'unknown' : 'holds'
  }
}

const words = { holds: 'ok', breached: 'BREACH', unknown: 'UNKNOWN' } as const

/** One line an oracle, and one below it for each exception. */
export const linesOf = ({ results }: OracleReport): string[] =>
  results.flatMap(({ oracle, rule, verdict, detail, exceptions }) => [
    `${oracle.padEnd(12)} ${words[verdict].padEnd(7)} ${rule}${detail === undefined ? '' : ` -- ${detail}`}`,
    ...exceptions.map((exception) => `${''.padEnd(20)} open: ${exception}`)
  ])
