import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../config.ts'
import { partEnvironment } from '../../local/part-environment.ts'
import { ensureSecrets } from '../../local/secrets.ts'
import { readSettings } from '../../local/settings.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'coffer-secrets-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))
const databaseUrl = 'postgres://coffer_app:x@127.0.0.1:5432/coffer'

describe('the secrets of a local installation', () => {
  it('are readable by their owner only', () => {
    ensureSecrets(home)
    expect(readdirSync(home)).toEqual(['secrets.json'])
    expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600)
  })

  it('are the same at the next start, since data is encrypted with them', () => {
    expect(ensureSecrets(home)).toEqual(ensureSecrets(home))
  })

  it('differ between two installations', () => {
    const other = mkdtempSync(join(tmpdir(), 'coffer-secrets-'))
    try {
      const [ours, theirs] = [ensureSecrets(home), ensureSecrets(other)]
      expect(Object.entries(ours).filter(([name, value]) => theirs[name as keyof typeof theirs] === value)).toEqual([])
    } finally {
      rmSync(other, { recursive: true, force: true })
    }
  })
})

describe('the environment of API and worker', () => {
  const environmentOf = async (given: NodeJS.ProcessEnv) =>
    partEnvironment(await readSettings({ PORT: '3999', ...given }, []), ensureSecrets(home), databaseUrl)

  it('is complete for config.ts', async () => {
    const config = loadConfig(await environmentOf({}))
    expect(config).toMatchObject({ COFFER_MODE: 'local', DATABASE_URL: databaseUrl, API_URL: 'http://127.0.0.1:3999' })
    expect(config.CODEC_ENDPOINT).toBe(true)
  })

  it('holds the key that was given instead of the generated one', async () => {
    const given = 'ab'.repeat(32)
    const config = loadConfig(await environmentOf({ COFFER_MASTER_KEY: given }))
    expect(config.COFFER_MASTER_KEY.toString('hex')).toBe(given)
  })

  it('does not hold the address of the database owner', async () => {
    const environment = await environmentOf({
      DATABASE_URL: databaseUrl,
      DATABASE_OWNER_URL: 'postgres://owner@127.0.0.1/x'
    })
    expect(Object.values(environment).filter((value) => value?.includes('owner@'))).toEqual([])
  })

  it('names no Temporal UI for a server whose UI we do not know', async () => {
    const { TEMPORAL_UI_URL, TEMPORAL_ADDRESS } = await environmentOf({ TEMPORAL_ADDRESS: 'temporal.example:7233' })
    expect([TEMPORAL_ADDRESS, TEMPORAL_UI_URL]).toEqual(['temporal.example:7233', undefined])
  })
})
