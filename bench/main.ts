// npm run bench [-- ledger | payments | webhooks | mandates] [--json FILE] [--mandates N]: measures, prints a table, and stops by itself. Load goes to loopback only.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { benchLedger, ledgerTable } from './ledger.ts'
import { machine } from './machine.ts'
import { benchMandates, MANDATES, mandateTable } from './mandates.ts'
import { stopParts } from './part.ts'
import { benchPayments } from './payments.ts'
import { paymentTable } from './payment-table.ts'
import { benchWebhooks, webhookTable } from './webhooks.ts'

type Say = (line: string) => void

/** What one half measured: figures for `--json`, and the same as a table. */
interface Half {
  readonly figures: { readonly error_rate: number }
  readonly table: readonly string[]
}

/** In the order in which they run; `npm run bench` runs the first three. */
const halves: Readonly<Record<string, (say: Say) => Promise<Half>>> = {
  ledger: async (say) => {
    const figures = await benchLedger(say)
    return { figures, table: ledgerTable(figures) }
  },
  payments: async (say) => {
    const figures = await benchPayments(say)
    return { figures, table: paymentTable(figures) }
  },
  webhooks: async (say) => {
    const figures = await benchWebhooks(say)
    return { figures, table: webhookTable(figures) }
  },
  mandates: async (say) => {
    const figures = await benchMandates(say, mandates)
    return { figures: { error_rate: figures.error_rate, due_at_once: figures }, table: mandateTable(figures) }
  }
}
const usual = ['ledger', 'payments', 'webhooks']

const { names, file, mandates } = readArguments(process.argv.slice(2))
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopParts().finally(() => process.exit(130)))
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
function readArguments(args: string[]): { names: readonly string[]; file: string | undefined; mandates: number } {
  try {
    const options = { json: { type: 'string' }, mandates: { type: 'string', default: String(MANDATES) } } as const
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
    const mandates = Number(values.mandates)
    if (positionals.some((name) => !Object.hasOwn(halves, name))) throw new Error('no such half')
    if (!Number.isInteger(mandates) || mandates < 200) throw new Error('--mandates is a number from 200 on')
    return { names: positionals.length > 0 ? positionals : usual, file: values.json, mandates }
  } catch (error) {
    console.error(`usage: npm run bench [-- ${Object.keys(halves).join(' | ')}] [--json FILE] [--mandates N]`)
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}
