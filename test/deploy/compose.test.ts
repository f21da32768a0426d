import { describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { loadConfig, loadMigrateConfig, variableNames } from '../../config.ts'
import { readPrivateKey } from '../../providers/keys.ts'

interface Service {
  readonly image: string
  readonly build?: string
  readonly user?: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly container_name?: string
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
}

const root = join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const text = read('docker-compose.yml')

const made = execFileSync(process.execPath, [join(root, 'deploy/make-env.mjs')], { encoding: 'utf8' })
const secrets = Object.fromEntries(made.trim().split('\n').map(splitLine))

/** Interpolated as Compose does it: `${NAME:?message}` has to be given, `${NAME:-otherwise}` may be. */
const interpolated = text.replaceAll(/\$\{(\w+)(?::([?-])([^}]*))?\}/g, (_, name: string, sign?: string, rest = '') => {
  const value = secrets[name] ?? (sign === '-' ? rest : undefined)
  if (value === undefined) throw new Error(`docker-compose.yml wants ${name}, and make-env.mjs does not make it`)
  return value
})
const { services, volumes } = parse(interpolated, { merge: true }) as {
  services: Record<string, Service>
  volumes: object
}
const ours = Object.entries(services).filter(([, { build }]) => build !== undefined)
const readers = ['api', 'worker', 'seed']

function splitLine(line: string): [string, string] {
  const at = line.indexOf('=')
  return [line.slice(0, at), line.slice(at + 1)]
}

describe('docker-compose.yml', () => {
  it('has Postgres, Temporal, the sandbox, a migration, worker and API', () => {
    expect(Object.keys(services)).toEqual(
      expect.arrayContaining(['postgres', 'temporal', 'sandbox', 'migrate', 'worker', 'api'])
    )
    expect(services.postgres!.image).toMatch(/^postgres:18/)
  })

  it.each(readers)('gives %s an environment that config.ts takes', (name) => {
    const config = loadConfig(services[name]!.environment)
    expect(config.COFFER_MODE).toBe('production')
    expect(readPrivateKey(config.PROVIDER_SIGNING_KEY).asymmetricKeyType).toBe('ed25519')
  })

  it.each(readers)('gives %s no variable that config.ts does not know', (name) => {
    const unknown = Object.keys(services[name]!.environment ?? {}).filter((key) => !variableNames.includes(key))
    expect(unknown).toEqual([])
  })

  it('gives the migration both database addresses, and the owner of the database to nobody else', () => {
    const { environment } = services.migrate!
    expect(Object.keys(environment!).sort()).toEqual(['DATABASE_OWNER_URL', 'DATABASE_URL'])
    expect(new URL(loadMigrateConfig(environment).DATABASE_OWNER_URL).username).toBe('coffer_owner')
    const others = ours.filter(([name]) => name !== 'migrate')
    expect(JSON.stringify(others)).not.toContain(secrets.OWNER_PASSWORD)
  })

  it('gives Postgres what its image or our script reads, and nothing else', () => {
    const script = read('deploy/postgres/roles.sh')
    const keys = Object.keys(services.postgres!.environment!)
    expect(keys.filter((key) => !/^POSTGRES_(USER|PASSWORD|DB)$/.test(key) && !script.includes(`"$${key}"`))).toEqual(
      []
    )
  })

  it('holds no secret itself', () => {
    const fixed = parse(text, { merge: true }) as { services: Record<string, Service> }
    const secretKey = /PASSWORD|KEY$|SALT|SECRET/
    const open = Object.entries(fixed.services).flatMap(([name, { environment = {} }]) =>
      Object.entries(environment).flatMap(([key, value]) =>
        secretKey.test(key) && !value.startsWith('${') ? [`${name}.${key}`] : []
      )
    )
    expect(open).toEqual([])
  })

  it('starts files that are there', () => {
    const files = ours.flatMap(([, { command = [] }]) => command.filter((argument) => argument.endsWith('.ts')))
    expect(files).toHaveLength(ours.length)
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })

  it('lets worker and API run several times: no name and no single port of their own', () => {
    const { worker, api } = services
    expect([worker!.container_name, worker!.ports, api!.container_name]).toEqual([undefined, undefined, undefined])
    expect(api!.ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:(\d+)-(\d+):3000$/)])
  })

  it('publishes ports on the loopback interface only, none of them twice', () => {
    const published = Object.values(services).flatMap(({ ports = [] }) => ports)
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
    expect(new Set(published).size).toBe(published.length)
  })

  it('asks every part that stays whether it is well', () => {
    const staying = Object.entries(services).filter(([name]) => !['migrate', 'seed'].includes(name))
    expect(staying.filter(([, { healthcheck }]) => healthcheck === undefined).map(([name]) => name)).toEqual([])
  })

  it('starts worker and API only after the migration and with Temporal up', () => {
    for (const name of ['worker', 'api']) {
      expect(services[name]!.depends_on).toMatchObject({
        migrate: { condition: 'service_completed_successfully' },
        temporal: { condition: 'service_healthy' }
      })
    }
  })

  it('keeps what has to stay in volumes that it declares', () => {
    const mounted = ['postgres', 'temporal', 'sandbox'].map((name) => services[name]!.volumes![0]!.split(':')[0])
    expect(mounted.sort()).toEqual(Object.keys(volumes).sort())
  })
})

describe('the image', () => {
  it('runs as a user who is not root', () => {
    const users = [...read('Dockerfile').matchAll(/^USER (\S+)/gm)].map(([, user]) => user)
    expect(users).toEqual(['node'])
    expect(services.postgres!.user).toBe('postgres')
  })

  it('holds every folder that the product runs from, and no state or secret', () => {
    const lines = read('.dockerignore').split('\n')
    const letIn = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
    expect(lines).toContain('*')
    expect(letIn.filter((path) => !existsSync(join(root, path)))).toEqual([])
    const product = ['activities', 'api', 'cli', 'db', 'domain', 'ledger', 'local', 'providers', 'sandbox', 'store']
    expect(letIn).toEqual(expect.arrayContaining([...product, 'temporal', 'workflows', 'config.ts', 'worker.ts']))
  })
})

describe('.env.example', () => {
  it('names what make-env.mjs makes, without a value', () => {
    const lines = read('.env.example')
      .split('\n')
      .filter((line) => /^\w+=/.test(line))
    expect(lines.sort()).toEqual(
      Object.keys(secrets)
        .map((name) => `${name}=`)
        .sort()
    )
  })
})
