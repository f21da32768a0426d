import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { generateSigningKeys } from '../../providers/keys.ts'
import { createHttpScreening } from '../../providers/screening-http.ts'
import { startSandbox } from '../support/sandbox.ts'

const person = { reference: 'scr_1', name: 'Canaryname Example', birthDate: '1990-05-17' }

const servers: Server[] = []

/** A list that answers every request in one way. */
const listThat = async (answers: RequestListener, timeoutMs = 5_000) => {
  const server = createServer(answers)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return createHttpScreening({ url, signingKey: generateSigningKeys().privateKey, timeoutMs })
}

const answering = (status: number, body: unknown): RequestListener => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return (_request, response) => void response.writeHead(status).end(text)
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const hit = { list: 'pep', name: 'Canaryname Exampel', score: 0.9871 }

describe('what the answer of the screening list means', () => {
  it('a result is read with its version, its score and its hits', async () => {
    const list = await listThat(answering(200, { list_version: 'v1', score: 0.9871, hits: [hit] }))
    expect(await list.search(person)).toEqual({ listVersion: 'v1', score: 0.9871, hits: [hit] })
  })

  it('nothing found is an answer too', async () => {
    const list = await listThat(answering(200, { list_version: 'v1', score: 0, hits: [] }))
    expect(await list.search(person)).toEqual({ listVersion: 'v1', score: 0, hits: [] })
  })

  it.each([
    ['a score above 1', { list_version: 'v1', score: 98, hits: [hit] }],
    ['a score as text', { list_version: 'v1', score: '0.9', hits: [hit] }],
    ['no version', { score: 0, hits: [] }],
    ['no hits', { list_version: 'v1', score: 0 }],
    ['a hit on a list nobody knows', { list_version: 'v1', score: 1, hits: [{ ...hit, list: 'friends' }] }],
    ['half a JSON text', '{"list_version":"v1","hits":[{"name":"Canaryname'],
    ['nothing', '']
  ])('%s throws, and the error quotes nothing', async (_what, body) => {
    const list = await listThat(answering(200, body))
    await expect(list.search(person)).rejects.toThrow(
      /^the screening list answered 200 with something that is no answer$/
    )
  })

  it.each([500, 400, 401, 404])('%i throws, whatever the body says', async (status) => {
    const list = await listThat(answering(status, { list_version: 'v1', score: 0, hits: [] }))
    await expect(list.search(person)).rejects.toThrow(new RegExp(`^the screening list answered ${status}$`))
  })

  it('a connection that is cut throws without a word about the person', async () => {
    const list = await listThat((request) => void request.socket.destroy())
    await expect(list.search(person)).rejects.toThrow(/^the screening list gave no answer: [\w -]+$/)
  })

  it('an answer that does not come in time throws', async () => {
    const list = await listThat(() => undefined, 50)
    await expect(list.search(person)).rejects.toThrow(/^the screening list gave no answer: timeout$/)
  })

  it("a search that the caller gives up throws the caller's own reason", async () => {
    const giveUp = new AbortController()
    const reason = new Error('the worker stops')
    const list = await listThat(() => giveUp.abort(reason))
    await expect(list.search(person, giveUp.signal)).rejects.toBe(reason)
  })
})

describe('what the screening list is asked', () => {
  it('the sandbox understands it: searched for, found, and failing by a rule', async () => {
    const sandbox = await startSandbox()
    const list = createHttpScreening({ url: sandbox.url, signingKey: sandbox.keys.privateKey, timeoutMs: 5_000 })
    const name = 'Sanctioned Example'
    expect(await list.search({ ...person, name })).toEqual({
      listVersion: '2026-11-01',
      score: 1,
      hits: expect.arrayContaining([{ list: 'sanctions', name, score: 1 }])
    })
    await sandbox.addRule({ match: { operation: 'screening' }, outcome: 'error' })
    await expect(list.search(person)).rejects.toThrow('the screening list answered 500')
    await sandbox.stop()
  })
})
