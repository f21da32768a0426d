import type { Judged } from './judged.ts'

const LIMIT_MS = 30_000

/** What is no JSON: exports, and files of banks. @throws {Error} when it does not come, which nothing excuses at rest. */
async function readText(url: string, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(LIMIT_MS) })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${response.status} to ${url}: ${text}`)
  return text
}

const rowsOf = (csv: string): string[][] =>
  csv
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((row) => row.split(','))

/** Rows of a CSV of the API's, as finance reads it, without its header. */
export const readApiCsv = async ({ apiUrls, people }: Judged, path: string): Promise<string[][]> =>
  rowsOf(await readText(`${apiUrls[0]}${path}`, people.keys.finance))

/** What a bank's own statement of a day closed with, in US cents. */
export async function readClosing({ sandbox }: Judged, bank: 'a' | 'b', date: string): Promise<bigint> {
  const rows = rowsOf(await readText(`${sandbox.url}/admin/statements/${bank}/${date}.csv`, sandbox.adminKey))
  const closing = rows.find(([kind, ...rest]) => kind === 'closing_balance' && rest.at(-1) === 'USD')
  if (!closing) throw new Error(`bank ${bank} has no statement of ${date}`)
  return centsOf(closing.at(-2)!)
}

/** `-12.30` → −1230: all money of a quarter is in US dollars. */
export const centsOf = (decimal: string): bigint => {
  if (!/^-?[0-9]+\.[0-9]{2}$/.test(decimal)) throw new Error(`${decimal} is no amount in dollars`)
  return BigInt(decimal.replace('.', ''))
}
