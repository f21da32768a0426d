import type pg from 'pg'
import { accountName, type AccountRef } from '../domain/account-kinds.ts'

/** How many account ids a process remembers; an id never changes, so forgetting costs one look-up. */
const REMEMBERED = 200_000

/** The ids of ledger accounts, opened on first use (an empty account is no money: it needs no unit of work). */
export class AccountIds {
  readonly #pool: pg.Pool
  readonly #ids = new Map<string, bigint>()

  constructor(pool: pg.Pool) {
    this.#pool = pool
  }

  /** name → id for all of them. */
  async resolve(accounts: ReadonlyMap<string, AccountRef>): Promise<Map<string, bigint>> {
    if (this.#ids.size > REMEMBERED) this.#ids.clear()
    const missing = [...accounts].filter(([name]) => !this.#ids.has(name))
    if (missing.length > 0) await this.#open(missing)
    return new Map([...accounts.keys()].map((name) => [name, this.#ids.get(name)!]))
  }

  async #open(missing: [string, AccountRef][]): Promise<void> {
    // In the order of their names, so that two processes that open the same accounts cannot wait for each other.
    const refs = missing.map(([, ref]) => ref).sort((a, b) => (accountName(a) < accountName(b) ? -1 : 1))
    const { rows } = await this.#pool.query<{ kind: string; owner: string; currency: string; id: bigint }>(
      `select kind, owner, currency, open_ledger_account(kind, owner, currency) as id
         from unnest($1::text[], $2::text[], $3::text[]) with ordinality t (kind, owner, currency, o) order by o`,
      [refs.map((r) => r.kind), refs.map((r) => r.owner), refs.map((r) => r.currency)]
    )
    for (const { id, ...ref } of rows) this.#ids.set(accountName(ref as AccountRef), id)
  }
}
