import { hash, verify } from '@node-rs/argon2'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { CustomerId } from '../domain/ids.ts'

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane; about 30 ms on one core. */
export const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Keeps a password, in place of the one before. Whether it may be chosen is `domain/password.ts`'s to say. */
export async function setPassword(db: Kysely<Database>, customerId: CustomerId, password: string): Promise<void> {
  const hashed = await hash(password.normalize('NFKC'), ARGON2)
  await db
    .insertInto('password')
    .values({ customer_id: customerId, hash: hashed })
    .onConflict((conflict) =>
      conflict.column('customer_id').doUpdateSet({ hash: hashed, updated_at: sql`clock_timestamp()` })
    )
    .execute()
}

/**
 * Whether it is this customer's password. Takes the same work for a customer who does not exist or has none, so that the
 * time of the answer does not tell which log-ins exist.
 */
export async function isPassword(
  db: Kysely<Database>,
  customerId: CustomerId | undefined,
  password: string
): Promise<boolean> {
  // The statement runs for unknown customers too: a look-up left out is time that can be measured.
  const row = await db
    .selectFrom('password')
    .select('hash')
    .where('customer_id', '=', customerId ?? '')
    .executeTakeFirst()
  const matches = await verify(row?.hash ?? (await nobodysHash()), password.normalize('NFKC'))
  return row !== undefined && matches
}

let nobodys: Promise<string> | undefined
const nobodysHash = (): Promise<string> => (nobodys ??= hash('no password has this text', ARGON2))
