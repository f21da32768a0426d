import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, it } from '@jest/globals'
import { cloneDatabase } from '../support/database.ts'
import { generateSigningKeys } from '../../providers/keys.ts'
import { CALLBACK_SECRET } from './api-under-test.ts'

const root = new URL('../../', import.meta.url)

describe("the API's process", () => {
  it('says one line when it listens, tells that Temporal is away, and exits 0 on SIGTERM', async () => {
    const database = await cloneDatabase()
    const child = spawn(process.execPath, ['--import', 'tsx', 'api/main.ts'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        COFFER_MODE: 'test',
        PORT: '0',
        DATABASE_URL: database.appUrl,
        // Nothing listens on the discard port.
        TEMPORAL_ADDRESS: '127.0.0.1:9',
        COFFER_MASTER_KEY: '11'.repeat(32),
        COFFER_ID_SALT: 'salt for tests only',
        PROVIDER_URL: 'http://127.0.0.1:9',
        PROVIDER_SIGNING_KEY: generateSigningKeys().privateKey,
        CALLBACK_SECRET,
        LOG_LEVEL: 'silent'
      }
    })
    try {
      const lines: string[] = []
      const reader = createInterface(child.stdout)
      reader.on('line', (line) => lines.push(line))
      await once(reader, 'line')
      expect(lines[0]).toMatch(/^listening http:\/\/127\.0\.0\.1:\d+$/)
      const url = lines[0]!.replace('listening ', '')
      expect((await fetch(`${url}/livez`)).status).toBe(200)
      const ready = await fetch(`${url}/readyz`)
      expect([ready.status, await ready.json()]).toEqual([
        503,
        { status: 'unavailable', database: 'ok', temporal: 'unavailable' }
      ])
      child.kill('SIGTERM')
      const [code] = await once(child, 'exit')
      expect(code).toBe(0)
      expect(lines).toHaveLength(1)
    } finally {
      child.kill('SIGKILL')
      await database.drop()
    }
  })
})
