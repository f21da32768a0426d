import pg from 'pg'

/** Writes an event row as its owner could: the transaction is the test's to hold open. */
export const insertEvent = (
  client: pg.Client,
  type: string,
  objectId: string,
  { data = {}, version = 1, customerId = null }: { data?: object; version?: number; customerId?: string | null } = {}
) =>
  client.query(
    `insert into event (type, object_id, unit_id, object_version, to_state, data, customer_id, created_at)
       values ($1, $2, 0, $3, 'happened', $4, $5, clock_timestamp())`,
    [type, objectId, version, JSON.stringify(data), customerId]
  )

/** Connections of the owner, for as long as it takes. */
export async function withOwners(
  ownerUrl: string,
  count: number,
  work: (...clients: pg.Client[]) => Promise<void>
): Promise<void> {
  const clients = Array.from({ length: count }, () => new pg.Client({ connectionString: ownerUrl }))
  await Promise.all(clients.map((client) => client.connect()))
  try {
    await work(...clients)
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}
