import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { runOracles } from '../../cli/verify/run-oracles.ts'
import { merchant, move, openBooks, thing, thingId, things, unit, wallet, type Books } from '../support/ledger.ts'

const tables = [
  'ledger_account_kind',
  'ledger_account',
  'unit',
  'posting',
  'entry',
  'hold',
  'limit_counter',
  'process',
  'event',
  'business_clock'
]

/** A column of each that UPDATE can name. */
const columns: Record<string, string> = {
  ...{
    ledger_account_kind: 'floor',
    ledger_account: 'credits_posted',
    unit: 'refusal',
    posting: 'amount',
    entry: 'delta'
  },
  ...{ hold: 'posted', limit_counter: 'used', process: 'state', event: 'to_state', business_clock: 'offset_ms' }
}

async function booksWithHistory(): Promise<Books> {
  const books = await openBooks()
  const id = thingId()
  await books.fund(wallet(id), 100n)
  await books.post(
    unit(
      [
        move(wallet(id), merchant(id), 30n),
        { op: 'hold', hold: `${id}/a`, debit: wallet(id), credit: merchant(id), amount: 20n, code: 'test.hold' }
      ],
      {
        records: [thing(id, 'open')],
        guards: [{ kind: 'counter', counter: 'day', add: 1n, code: 'limit_exceeded' }]
      }
    )
  )
  return books
}

describe('direct SQL as the application role', () => {
  let books: Books
  beforeAll(async () => (books = await booksWithHistory()))
  afterAll(async () => {
    await books.hold()
    await books.close()
  })

  const statements = tables.flatMap((table) => [
    [`insert into ${table}`, `insert into ${table} (${columns[table]}) select ${columns[table]} from ${table}`],
    [`update ${table}`, `update ${table} set ${columns[table]} = ${columns[table]}`],
    [`delete from ${table}`, `delete from ${table}`],
    [`truncate ${table}`, `truncate ${table} cascade`],
    [`disable the triggers of ${table}`, `alter table ${table} disable trigger all`],
    [`drop ${table}`, `drop table ${table} cascade`]
  ])

  it.each([
    ...statements,
    ['lock rows for itself', 'select from ledger_account for update'],
    ['make a table', 'create table mine ()'],
    ['make a function', "create function mine() returns int language sql as 'select 1'"],
    ['replace the writer of money', 'drop function post_units'],
    ['switch triggers off for the session', "set session_replication_role = 'replica'"],
    ['become the owner', 'set role coffer_owner'],
    ['move the sequence of units', "select setval('unit_id_seq', 1)"]
  ])('cannot %s', async (_, statement) => {
    await expect(books.pool.query(statement)).rejects.toThrow(/permission denied|must be owner|refused|append-only/)
  })

  it('cannot put tables of its own in the way of the writer of money', async () => {
    const client = await books.pool.connect()
    try {
      await expect(client.query('create temporary table ledger_account (id bigint)')).rejects.toThrow(
        'permission denied'
      )
    } finally {
      client.release(true)
    }
  })

  it('owns nothing, and is no superuser', async () => {
    const { rows } = await books.pool.query(
      'select rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, (select count(*) from pg_class where relowner = r.oid) as owned from pg_roles r where rolname = current_user'
    )
    expect(rows).toEqual([
      { rolsuper: false, rolcreatedb: false, rolcreaterole: false, rolbypassrls: false, owned: 0n }
    ])
  })
})

describe('the owner of the tables', () => {
  it.each(['unit', 'posting', 'entry', 'event'])('cannot change or remove a row of %s by mistake', async (table) => {
    const books = await booksWithHistory()
    await asOwner(books, async (owner) => {
      await expect(owner.query(`update ${table} set ${columns[table]} = ${columns[table]}`)).rejects.toThrow(
        'append-only'
      )
      await expect(owner.query(`delete from ${table}`)).rejects.toThrow('append-only')
      await expect(owner.query(`truncate ${table} cascade`)).rejects.toThrow('append-only')
    })
    await books.close()
  })

  /** What is done to the books behind their triggers' back, and which oracle has to name it with which words. */
  const tampering: [name: string, table: string, sql: string, oracle: string, words: RegExp][] = [
    [
      'raises the amount of a posting',
      'posting',
      "update posting set amount = amount + 1 where code = 'test.move'",
      'O2',
      /wallet:thg_\w+:USD: counters/
    ],
    [
      'removes a posting',
      'posting',
      "delete from posting where code = 'test.move'",
      'O2',
      /counters .* its postings make/
    ],
    [
      'changes an entry',
      'entry',
      'update entry set delta = delta + 1 where version = 2',
      'O3',
      /wallet:thg_\w+:USD, version 2/
    ],
    ['removes an entry', 'entry', 'delete from entry where version = 2', 'O3', /wallet:thg_\w+:USD: 1 entries/],
    [
      'gives a wallet money',
      'ledger_account',
      "update ledger_account set credits_posted = credits_posted + 5 where kind = 'wallet'",
      'O1',
      /USD: debits/
    ],
    ['lets go of a hold', 'hold', 'update hold set released = 1', 'O2', /hold thg_\w+\/a: 0 of 20 posted, 1 released/],
    [
      'lifts the floor of a wallet',
      'ledger_account',
      "update ledger_account set floor = false where kind = 'wallet'",
      'O2',
      /wallet:thg_\w+:USD: side C, floor f/
    ],
    [
      'closes a process',
      'process',
      "update process set state = 'done', open = false",
      'O7',
      /hold thg_\w+\/a: 20 of 20 USD still held/
    ],
    ['moves a process', 'process', 'update process set version = 7', 'O8', /the process is open at version 7/],
    [
      'rewrites history',
      'event',
      "update event set to_state = 'dropped'",
      'O8',
      /thg_\w+: event 1 from start to dropped/
    ],
    [
      'turns a posted unit into a refused one',
      'unit',
      "update unit set refusal = 'risk_blocked' where id = (select max(id) from unit)",
      'O2',
      /risk_blocked/
    ]
  ]

  it.each(tampering)(
    'who disables the triggers and %s is found out by verify',
    async (_, table, statement, oracle, words) => {
      const books = await booksWithHistory()
      await asOwner(books, async (owner) => {
        await owner.query(`alter table ${table} disable trigger user`)
        const { rowCount } = await owner.query(statement)
        expect(rowCount).toBeGreaterThan(0)
      })
      const { verdict, results } = await runOracles({ db: books.db, states: things })
      expect(verdict).toBe('breached')
      const found = results.filter((result) => result.verdict === 'breached' && result.oracle === oracle)
      expect(found.map(({ detail }) => detail).join('\n')).toMatch(words)
      await books.close()
    }
  )
})

async function asOwner(books: Books, work: (owner: pg.Client) => Promise<void>): Promise<void> {
  const owner = new pg.Client({ connectionString: books.database.ownerUrl })
  await owner.connect()
  try {
    await work(owner)
  } finally {
    await owner.end()
  }
}
