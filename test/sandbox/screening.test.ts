import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createRequestSigner } from '../../providers/signed-request.ts'
import { jaroWinkler, nameScore } from '../../sandbox/name-score.ts'
import { startCallbackReceiver, type ReceivedCallback } from '../support/callback-receiver.ts'
import { startSandbox, type SandboxHandle } from '../support/sandbox.ts'

const searchFor = (name: string, other: object = {}) => ({
  reference: `scr_${randomBytes(16).toString('hex')}`,
  name,
  birth_date: '1990-05-17',
  ...other
})

const search = async ({ url, keys }: SandboxHandle, body: object, signal?: AbortSignal) => {
  const request = { method: 'POST' as const, url: `${url}/screening/searches`, body: JSON.stringify(body) }
  const headers = await createRequestSigner(keys.privateKey)(request)
  const response = await fetch(request.url, { method: request.method, headers, body: request.body, signal })
  return { status: response.status, body: (await response.json()) as Result }
}

interface Result {
  readonly list_version: string
  readonly score: number
  readonly hits: readonly { readonly list: string; readonly name: string; readonly score: number }[]
}

const listAt = async (at: SandboxHandle) => (await (await at.admin('GET', '/screening-list')).json()) as List
interface List {
  readonly version: string
  readonly entries: readonly { readonly name: string; readonly list: string }[]
}

const about =
  (version: string) =>
  ({ body }: ReceivedCallback): boolean =>
    body.reference === version

let sandbox: SandboxHandle
let firstList: List
beforeAll(async () => {
  sandbox = await startSandbox()
  firstList = await listAt(sandbox)
})
afterEach(async () => {
  await sandbox.clearRules()
  await sandbox.admin('PUT', '/screening-list', firstList)
})
afterAll(() => sandbox.stop())

describe('how alike two names are', () => {
  it.each([
    ['MARTHA', 'MARHTA', 0.9611],
    ['DIXON', 'DICKSONX', 0.8133],
    ['DWAYNE', 'DUANE', 0.84],
    ['abc', 'abc', 1],
    ['abc', 'xyz', 0],
    ['a', 'a', 1],
    ['', '', 0]
  ])('%p and %p are %p alike by Jaro and Winkler, either way round', (one, other, score) => {
    expect(jaroWinkler(one, other)).toBeCloseTo(score, 4)
    expect(jaroWinkler(other, one)).toBeCloseTo(score, 4)
  })

  it.each([
    ['in other capitals', 'ADA EXAMPLE', 'ada example'],
    ['with and without marks', 'Zoë Ångström', 'Zoe Angstrom'],
    ['in compatible letters', 'Ada Example', 'Ａｄａ Example'],
    ['in another order', 'Example, Ada', 'Ada Example'],
    ['with other spaces and hyphens', ' Anna-Maria   Example', 'Anna Maria Example']
  ])('a name %s is the same name', (_how, one, other) => {
    expect(nameScore(one, other)).toBe(1)
  })

  it('the given order counts where the sorted one is less alike', () => {
    expect(nameScore('Mara Nash', 'Oara Nash')).toBe(jaroWinkler('mara nash', 'oara nash'))
    expect(jaroWinkler('mara nash', 'nash oara')).toBeLessThan(jaroWinkler('mara nash', 'oara nash'))
  })

  it('a name without a letter is like nothing, not even itself', () => {
    expect(nameScore('---', '---')).toBe(0)
  })

  it('any two names are alike by 0 to 1, and one with a letter is wholly like itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (one, other) => {
        const score = nameScore(one, other)
        expect(score).toBeGreaterThanOrEqual(0)
        expect(score).toBeLessThanOrEqual(1)
        expect(nameScore(`a${one}`, `a${one}`)).toBe(1)
      })
    )
  })
})

describe('a search of the screening list', () => {
  it('names the list of 2026-11-01 with its six names, on both lists', async () => {
    expect(firstList.version).toBe('2026-11-01')
    expect(firstList.entries).toHaveLength(6)
    expect(new Set(firstList.entries.map(({ list }) => list))).toEqual(new Set(['sanctions', 'pep']))
  })

  it('finds each listed name, however it is written, with score 1', async () => {
    for (const { name, list } of firstList.entries) {
      const { body } = await search(sandbox, searchFor(name.toUpperCase().split(' ').reverse().join(' ')))
      expect(body).toMatchObject({ list_version: '2026-11-01', score: 1 })
      expect(body.hits[0]).toEqual({ list, name, score: 1 })
    }
  })

  it.each(['Ada Example', 'Ben Other', 'Grace Hopper', 'José García', 'Olga Ivanova', 'Wei Zhang'])(
    '%s is like nobody on the first list',
    async (name) => {
      expect((await search(sandbox, searchFor(name))).body.score).toBeLessThan(0.7)
    }
  )

  it('a name that begins with Sanctioned scores 1 on the sanctions list, whatever the list says', async () => {
    await sandbox.admin('PUT', '/screening-list', { version: 'empty', entries: [] })
    expect(await search(sandbox, searchFor('sanctioned Person'))).toEqual({
      status: 200,
      body: {
        list_version: 'empty',
        score: 1,
        hits: [{ list: 'sanctions', name: 'sanctioned Person', score: 1 }]
      }
    })
  })

  it('an empty list scores 0 and has no hits', async () => {
    await sandbox.admin('PUT', '/screening-list', { version: 'empty', entries: [] })
    expect((await search(sandbox, searchFor('Ada Example'))).body).toEqual({
      list_version: 'empty',
      score: 0,
      hits: []
    })
  })

  it('scores in four digits; below a half the score is told and there is no hit', async () => {
    const entries = [
      { name: 'Marhta', list: 'pep' },
      { name: 'Xyzzyq', list: 'sanctions' }
    ]
    await sandbox.admin('PUT', '/screening-list', { version: 'two', entries })
    expect((await search(sandbox, searchFor('Martha'))).body).toEqual({
      list_version: 'two',
      score: 0.9611,
      hits: [{ list: 'pep', name: 'Marhta', score: 0.9611 }]
    })
    const { body } = await search(sandbox, searchFor('Kkkkkkakkkkkkkkk'))
    expect(body.score).toBeGreaterThan(0)
    expect(body.score).toBeLessThan(0.5)
    expect(body.hits).toEqual([])
  })

  it('has at most ten hits, the best first', async () => {
    const entries = Array.from({ length: 15 }, (_, index) => ({ name: `Ada Examp${'x'.repeat(index)}`, list: 'pep' }))
    await sandbox.admin('PUT', '/screening-list', { version: 'long', entries: entries.reverse() })
    const { body } = await search(sandbox, searchFor('Ada Example'))
    const scores = body.hits.map(({ score }) => score)
    expect(scores).toHaveLength(10)
    expect(scores).toEqual([...scores].sort((one, other) => other - one))
    expect(body.score).toBe(scores[0])
  })

  it('the same reference searches the list as it stands by then', async () => {
    const asked = searchFor('Ada Example')
    expect((await search(sandbox, asked)).body).toMatchObject({ list_version: '2026-11-01' })
    const entries = [{ name: 'Ada Example', list: 'sanctions' }]
    await sandbox.admin('PUT', '/screening-list', { version: '2026-12-01', entries })
    expect((await search(sandbox, asked)).body).toMatchObject({ list_version: '2026-12-01', score: 1 })
  })

  it('without a signature is refused with 401', async () => {
    const body = JSON.stringify(searchFor('Ada Example'))
    expect((await fetch(`${sandbox.url}/screening/searches`, { method: 'POST', body })).status).toBe(401)
  })

  it.each([
    ['an unknown field', { country: 'GB' }],
    ['no reference', { reference: undefined }],
    ['an empty name', { name: '' }],
    ['a birth date that is no day', { birth_date: '17.05.1990' }]
  ])('with %s is refused with 400', async (_what, other) => {
    expect((await search(sandbox, searchFor('Ada Example', other))).status).toBe(400)
  })
})

describe('what a rule makes the screening list do', () => {
  const rule = (other: object) => sandbox.addRule({ match: { operation: 'screening', name: 'Ada Example' }, ...other })

  it('error answers 500, as often as it says', async () => {
    await rule({ outcome: 'error', times: 1 })
    expect((await search(sandbox, searchFor('Ben Example'))).status).toBe(200)
    expect((await search(sandbox, searchFor('Ada Example'))).status).toBe(500)
    expect((await search(sandbox, searchFor('Ada Example'))).status).toBe(200)
  })

  it('delay answers after the real time it says', async () => {
    await rule({ outcome: 'delay', delay_ms: 150 })
    const before = performance.now()
    expect((await search(sandbox, searchFor('Ada Example'))).status).toBe(200)
    expect(performance.now() - before).toBeGreaterThanOrEqual(145)
  })

  it('timeout never answers', async () => {
    await rule({ outcome: 'timeout' })
    await expect(search(sandbox, searchFor('Ada Example'), AbortSignal.timeout(300))).rejects.toThrow()
  })

  it('one for something else does not act on a search', async () => {
    await sandbox.addRule({ match: {}, outcome: 'error' })
    await sandbox.addRule({ match: { operation: 'identity' }, outcome: 'error' })
    expect((await search(sandbox, searchFor('Ada Example'))).status).toBe(200)
  })
})

describe('a new screening list', () => {
  it('is shown, and the API is told its version until it takes the call', async () => {
    const announcing = await startSandbox()
    const receiver = await startCallbackReceiver(announcing.callbackSecret)
    await announcing.setCallbackUrl(receiver.url)
    const list = { version: '2026-12-15', entries: [{ name: 'Zyx Wvut', list: 'pep' }] }
    receiver.refuseNext(1)
    const response = await announcing.admin('PUT', '/screening-list', list)
    expect([response.status, await response.json()]).toEqual([200, list])
    expect(await listAt(announcing)).toEqual(list)
    const [call] = await receiver.until(1, about('2026-12-15'))
    expect(call).toMatchObject({ path: '/v1/callbacks/screening', body: { reference: '2026-12-15' } })
    expect(receiver.refused.map(({ messageId }) => messageId)).toEqual([call!.messageId])
    await announcing.stop()
    await receiver.stop()
  })

  it('survives a kill, and so does the call about it', async () => {
    const state = await mkdtemp(join(tmpdir(), 'coffer-sandbox-'))
    const first = await startSandbox({ state })
    const list = { version: 'kept', entries: [{ name: 'Zyx Wvut', list: 'sanctions' }] }
    await first.admin('PUT', '/screening-list', list)
    await first.kill9()

    const { keys, adminKey, callbackSecret } = first
    const api = await startCallbackReceiver(callbackSecret)
    const second = await startSandbox({ state, keys, adminKey, callbackSecret, callbackUrl: api.url })
    expect(await listAt(second)).toEqual(list)
    expect((await search(second, searchFor('Wvut Zyx'))).body).toMatchObject({ list_version: 'kept', score: 1 })
    await api.until(1, about('kept'))
    await second.stop()
    await api.stop()
    await rm(state, { recursive: true })
  })

  it.each([
    ['an unknown field', { version: 'v', entries: [], source: 'x' }],
    ['no version', { entries: [] }],
    ['an unknown list', { version: 'v', entries: [{ name: 'Zyx', list: 'friends' }] }],
    ['a name of nothing', { version: 'v', entries: [{ name: '', list: 'pep' }] }]
  ])('with %s is refused with 400 and changes nothing', async (_what, list) => {
    expect((await sandbox.admin('PUT', '/screening-list', list)).status).toBe(400)
    expect(await listAt(sandbox)).toEqual(firstList)
  })

  it('is only taken from who brings the admin key', async () => {
    const target = `${sandbox.url}/admin/screening-list`
    expect((await fetch(target, { method: 'PUT', body: JSON.stringify(firstList) })).status).toBe(401)
    expect((await fetch(target)).status).toBe(401)
  })
})
