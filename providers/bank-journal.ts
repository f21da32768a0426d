import { z } from 'zod'
import { journalOperations, type BankJournalLine, type Counterpart } from './bank.ts'

/** A bank's own books at one moment: every line up to now, and the balance of our account per currency. */
export interface BankJournal {
  readonly lines: readonly BankJournalLine[]
  /** Minor units as decimal strings, by currency. */
  readonly balances: Readonly<Record<string, string>>
}

const Line = z.object({
  seq: z.number().int().positive(),
  reference: z.string(),
  operation: z.enum(journalOperations),
  iban: z.string().optional(),
  of: z.string().optional(),
  amount: z.string().regex(/^[1-9][0-9]*$/),
  currency: z.string(),
  direction: z.enum(['in', 'out']),
  booked_at: z.string()
})

const Journal = z.object({
  data: z.array(Line),
  balances: z.record(z.string(), z.string().regex(/^(0|-?[1-9][0-9]*)$/))
})

/** Long enough for a journal of a hundred thousand lines over loopback. */
const TIMEOUT_MS = 30_000

/**
 * Reads the whole journal of a sandbox bank, or of the acquirer, for the bank oracle (O4).
 * @throws {Error} when the bank does not answer 200 with a journal: an oracle that cannot read is unknown, not green.
 */
export async function readJournal(url: string, adminKey: string, bank: Counterpart): Promise<BankJournal> {
  const response = await fetch(`${url}/admin/journal?bank=${bank}`, {
    headers: { Authorization: `Bearer ${adminKey}` },
    signal: AbortSignal.timeout(TIMEOUT_MS)
  })
  if (!response.ok) throw new Error(`bank ${bank} answered ${response.status} to the read of its journal`)
  const { data, balances } = Journal.parse(await response.json())
  return { lines: data, balances }
}
