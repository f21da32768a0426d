import pg from 'pg'

/** The owner migrates and owns everything; the application may only do what the migrations grant it. */
export const ownerRole = 'coffer_owner'
export const appRole = 'coffer_app'

export interface DatabaseRoles {
  readonly ownerPassword: string
  readonly appPassword: string
}

export interface DatabaseUrls {
  readonly ownerUrl: string
  readonly appUrl: string
}

/** Makes both roles and the database where they are missing, and sets the passwords; as often as one likes. */
export async function ensureDatabase(
  superuserUrl: string,
  { name, ...passwords }: DatabaseRoles & { readonly name: string }
): Promise<DatabaseUrls> {
  await asSuperuser(superuserUrl, async (client) => {
    await ensureRole(client, ownerRole, passwords.ownerPassword)
    await ensureRole(client, appRole, passwords.appPassword)
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)} owner ${ownerRole}`)
    await restrictConnections(client, name)
  })
  return databaseUrls(superuserUrl, name, passwords)
}

/** Only the two roles may connect; a database cloned from a template starts without these grants. */
export async function restrictConnections(client: pg.Client, name: string): Promise<void> {
  const database = pg.escapeIdentifier(name)
  await client.query(`revoke all on database ${database} from public`)
  await client.query(`grant connect on database ${database} to ${appRole}`)
}

export function databaseUrls(superuserUrl: string, name: string, passwords: DatabaseRoles): DatabaseUrls {
  const as = (role: string, password: string) => {
    const url = new URL(superuserUrl)
    return Object.assign(url, { username: role, password, pathname: `/${name}` }).href
  }
  return { ownerUrl: as(ownerRole, passwords.ownerPassword), appUrl: as(appRole, passwords.appPassword) }
}

export async function asSuperuser<T>(superuserUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: superuserUrl })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role])
  if (rowCount === 0) await client.query(`create role ${role}`)
  const rights = 'login nosuperuser nocreatedb nocreaterole noreplication nobypassrls'
  await client.query(`alter role ${role} ${rights} password ${pg.escapeLiteral(password)}`)
}
