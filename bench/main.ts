// npm run bench [-- ledger] [--json FILE]: measures, prints a table, and stops by itself. Load goes to loopback only.
import { writeFileSync } from 'node:fs'
import { benchLedger, ledgerTable } from './ledger.ts'
import { machine } from './machine.ts'
import { benchPayments } from './payments.ts'
import { paymentTable } from './payment-table.ts'

type Say = (line: string) => void

/** What one half measured: figures for `--json`, and the same as a table. */
interface Half {
  readonly figures: { readonly error_rate: number }
  readonly table: readonly string[]
}

/** In the order in which they run; `npm run bench` runs all of them. */
const halves: Readonly<Record<string, (say: Say) => Promise<Half>>> = {
  ledger: async (say) => {
    const figures = await benchLedger(say)
    return { figures, table: ledgerTable(figures) }
  },
  payments: async (say) => {
    const figures = await benchPayments(say)
    return { figures, table: paymentTable(figures) }
  }
}

const { names, file } = readArguments(process.argv.slice(2))
const startedAt = performance.now()
const say: Say = (line) =>
  console.log(`[${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(4)} s] ${line}`)
const where = machine()
const done: Half[] = []
for (const name of names) done.push(await halves[name]!((line) => say(`${name}: ${line}`)))
for (const { table } of done) console.log(`\n${table.join('\n')}`)
console.log(
  `\n${where.date}, ${where.processors} × ${where.model}, ${where.memory_gib} GiB, Node ${where.node}, load before ${where.load_before}`
)
if (file !== undefined) {
  const figures = Object.assign({}, ...done.map((half) => half.figures)) as object
  const error_rate = Math.max(...done.map((half) => half.figures.error_rate))
  writeFileSync(file, `${JSON.stringify({ ...figures, error_rate, machine: where }, null, 2)}\n`)
}

/** Exits with 1 for what it does not know, before anything is measured. */
function readArguments(args: readonly string[]): { names: string[]; file: string | undefined } {
  const at = args.indexOf('--json')
  const file = at === -1 ? undefined : args[at + 1]
  const given = args.filter((_, index) => at === -1 || (index !== at && index !== at + 1))
  const unknown = given.filter((name) => !Object.hasOwn(halves, name))
  if (unknown.length > 0 || (at !== -1 && file === undefined)) {
    console.error(`usage: npm run bench [-- ${Object.keys(halves).join(' | ')}] [--json FILE]`)
    process.exit(1)
  }
  return { names: given.length > 0 ? given : Object.keys(halves), file }
}
