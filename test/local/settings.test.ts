import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { freePorts } from '../../local/free-ports.ts'
import { assertPortsFree, readSettings } from '../../local/settings.ts'

let server: Server
let taken: string
let environment: NodeJS.ProcessEnv
const names = ['PORT', 'SANDBOX_PORT', 'POSTGRES_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT']

beforeAll(async () => {
  server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  taken = String((server.address() as AddressInfo).port)
  const free = await freePorts(names.length)
  environment = Object.fromEntries(names.map((name, index) => [name, String(free[index])]))
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const assertFree = async (changes: NodeJS.ProcessEnv) =>
  assertPortsFree(await readSettings({ ...environment, ...changes }, []))

describe('a taken port', () => {
  it.each(names)('is said with %s, the variable that moves it', async (name) => {
    await expect(assertFree({ [name]: taken })).rejects.toThrow(`Port ${taken} is taken: set ${name}`)
  })

  it('is said for each that is taken', async () => {
    const error = await assertFree({ PORT: taken, SANDBOX_PORT: taken }).catch(String)
    expect(error).toContain(`set PORT to a free one`)
    expect(error).toContain('set SANDBOX_PORT to another port')
  })

  it('of a Postgres that is not started does not matter', async () => {
    await assertFree({ POSTGRES_PORT: taken, DATABASE_URL: 'postgres://app@127.0.0.1/coffer' })
  })

  it('of a Temporal server that is not started does not matter', async () => {
    await assertFree({ TEMPORAL_PORT: taken, TEMPORAL_UI_PORT: taken, TEMPORAL_ADDRESS: '127.0.0.1:1' })
  })

  it('is none when all are free', async () => {
    await assertFree({})
  })
})

describe('the settings of npm start', () => {
  it('take any free port for 0', async () => {
    const { ports } = await readSettings(Object.fromEntries(names.map((name) => [name, '0'])), [])
    expect(new Set(Object.values(ports)).size).toBe(names.length)
    expect(Object.values(ports).every((port) => port > 0)).toBe(true)
  })

  it.each(['http', '70000', '-1', '30 00'])('refuse %j as a port', async (PORT) => {
    await expect(readSettings({ PORT }, [])).rejects.toThrow(`PORT=${PORT} is no port`)
  })

  it('refuse an argument that they do not know', async () => {
    await expect(readSettings({}, ['--frsh'])).rejects.toThrow('does not know --frsh')
    expect((await readSettings({}, ['--fresh'])).fresh).toBe(true)
  })

  it('refuse the owner of a database whose application role is not given', async () => {
    await expect(readSettings({ DATABASE_OWNER_URL: 'postgres://o@127.0.0.1/x' }, [])).rejects.toThrow(
      'set DATABASE_URL'
    )
  })
})
