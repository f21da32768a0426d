import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { createHttpIdentity } from '../../providers/identity-http.ts'
import type { IdentityCheck } from '../../providers/identity.ts'
import { generateSigningKeys } from '../../providers/keys.ts'
import { startSandbox } from '../support/sandbox.ts'

const check: IdentityCheck = {
  reference: 'kyc/canary_1',
  name: 'Canaryname Example',
  birthDate: '1990-05-17',
  document: {
    type: 'passport',
    number: 'CANARY123',
    country: 'GB',
    expiresOn: '2099-12-31',
    imageSha256: 'a1'.repeat(32)
  },
  selfieSha256: 'b2'.repeat(32)
}

const servers: Server[] = []

/** A bureau that answers every request in one way. */
const bureauThat = async (answers: RequestListener, timeoutMs = 5_000) => {
  const server = createServer(answers)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return createHttpIdentity({ url, signingKey: generateSigningKeys().privateKey, timeoutMs })
}

const answering = (status: number, text: string, headers: Record<string, string> = {}): RequestListener => {
  return (_request, response) => void response.writeHead(status, headers).end(text)
}

/** All that an error says, to whomever it is shown. */
const wordsOf = async (answer: Promise<unknown>): Promise<string> => {
  const failure = (await answer.then(
    () => undefined,
    (error: unknown) => error
  )) as Error
  expect(failure).toBeDefined()
  return [failure.message, failure.stack, String(failure.cause)].join('\n')
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

describe('what the answer of the identity bureau means', () => {
  it.each([
    ['{"status":"clear"}', { kind: 'clear' }],
    ['{"status":"clear","since":"later versions"}', { kind: 'clear' }],
    ['{"status":"doubtful","reasons":["document_blurred"]}', { kind: 'doubtful', reasons: ['document_blurred'] }],
    ['{"status":"rejected","reasons":["a","b"]}', { kind: 'rejected', reasons: ['a', 'b'] }],
    ['{"status":"more","items":["proof_of_address"]}', { kind: 'more', items: ['proof_of_address'] }],
    ['{"status":"pending"}', { kind: 'pending' }]
  ])('%s is read as such', async (text, meaning) => {
    const bureau = await bureauThat(answering(200, text))
    expect(await bureau.check(check)).toEqual(meaning)
  })

  it.each([
    ['a status nobody knows', '{"status":"perhaps"}'],
    ['a rejection without a reason', '{"status":"rejected","reasons":[]}'],
    ['a question that no customer can answer', '{"status":"more","items":["shoe_size"]}'],
    ['half a JSON text', '{"status":"clear","name":"Canaryname'],
    ['nothing', ''],
    ['what only an inquiry could find', '{"status":"not_found"}']
  ])('%s throws, and the error quotes nothing', async (_what, text) => {
    const bureau = await bureauThat(answering(200, text))
    await expect(bureau.check(check)).rejects.toThrow(
      'the identity bureau answered 200 with something that is no answer'
    )
    expect(await wordsOf(bureau.check(check))).not.toMatch(/canary/i)
  })

  it.each([500, 503, 400, 401, 404, 409])('%i throws, whatever the body says', async (status) => {
    const bureau = await bureauThat(answering(status, '{"status":"clear","name":"Canaryname"}'))
    await expect(bureau.check(check)).rejects.toThrow(`the identity bureau answered ${status}`)
    expect(await wordsOf(bureau.check(check))).not.toMatch(/canary/i)
  })

  it.each<[string, RequestListener]>([
    ['a redirect, which is not followed,', answering(307, '', { location: 'http://127.0.0.1:9/' })],
    ['a connection that is cut', (request) => void request.socket.destroy()],
    [
      'an answer that is cut in the middle',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{"status":"clear"', () => response.socket?.destroy())
      }
    ]
  ])('%s throws without a word about the person', async (_what, answers) => {
    const bureau = await bureauThat(answers)
    const words = await wordsOf(bureau.check(check))
    expect(words).toContain('the identity bureau gave no answer')
    expect(words).not.toMatch(/canary/i)
  })

  it('an answer that does not come in time throws', async () => {
    const bureau = await bureauThat(() => undefined, 50)
    await expect(bureau.check(check)).rejects.toThrow('the identity bureau gave no answer: timeout')
  })

  it('a bureau that cannot be reached throws with the reason', async () => {
    const bureau = await bureauThat(answering(200, ''))
    const server = servers.pop()!
    server.close()
    await once(server, 'close')
    await expect(bureau.check(check)).rejects.toThrow('the identity bureau gave no answer: ECONNREFUSED')
  })

  it("a check that the caller gives up throws the caller's own reason", async () => {
    const giveUp = new AbortController()
    const reason = new Error('the worker stops')
    const bureau = await bureauThat(() => giveUp.abort(reason))
    await expect(bureau.check(check, giveUp.signal)).rejects.toBe(reason)
  })
})

describe('what the answer about a business means', () => {
  const business = {
    reference: 'kyb/canary_1',
    name: 'Canaryname Trading',
    registrationNumber: 'HRB 1',
    country: 'DE',
    documentSha256: 'a1'.repeat(32)
  }

  it.each([
    ['{"status":"clear"}', { kind: 'clear' }],
    ['{"status":"doubtful","reasons":["name_differs"]}', { kind: 'doubtful', reasons: ['name_differs'] }],
    ['{"status":"more","items":["registration_document"]}', { kind: 'more', items: ['registration_document'] }],
    ['{"status":"pending"}', { kind: 'pending' }]
  ])('%s is read as such', async (text, meaning) => {
    const bureau = await bureauThat(answering(200, text))
    expect(await bureau.checkBusiness(business)).toEqual(meaning)
  })

  it('a question that only a person can answer throws, and the error quotes nothing', async () => {
    const bureau = await bureauThat(answering(200, '{"status":"more","items":["selfie"]}'))
    expect(await wordsOf(bureau.checkBusiness(business))).not.toMatch(/canary/i)
  })
})

describe('what the identity bureau is asked', () => {
  it('a check tells everything by the names of the contract, signed', async () => {
    const asked: string[] = []
    const bureau = await bureauThat((request, response) => {
      let text = ''
      request.on('data', (chunk: Buffer) => (text += chunk.toString()))
      request.on('end', () => {
        asked.push(`${request.method} ${request.url}`, text, String(request.headers['signature-input']))
        response.end('{"status":"clear"}')
      })
    })
    await bureau.check(check)
    const [line, body, signature] = asked
    expect(line).toBe('POST /identity/checks')
    expect(JSON.parse(body!)).toEqual({
      reference: 'kyc/canary_1',
      name: 'Canaryname Example',
      birth_date: '1990-05-17',
      document: {
        type: 'passport',
        number: 'CANARY123',
        country: 'GB',
        expires_on: '2099-12-31',
        image_sha256: 'a1'.repeat(32)
      },
      selfie_sha256: 'b2'.repeat(32)
    })
    expect(signature).toContain('"content-digest"')
  })

  it('the sandbox understands it: checked, answered the same when asked again, refused under a reference that stands for another', async () => {
    const sandbox = await startSandbox()
    const { url, keys } = sandbox
    const bureau = createHttpIdentity({ url, signingKey: keys.privateKey, timeoutMs: 5_000 })
    expect(await bureau.check(check)).toEqual({ kind: 'clear' })
    expect(await bureau.check(check)).toEqual({ kind: 'clear' })
    await expect(bureau.check({ ...check, name: 'Other Example' })).rejects.toThrow('answered 409')
    await sandbox.stop()
  })
})
