import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createSigner, httpbis } from 'http-message-signatures'
import { generateSigningKeys, keyIdOf, readPrivateKey } from '../../providers/keys.ts'
import { createRequestSigner } from '../../providers/signed-request.ts'
import { bankAt, orderAt } from '../support/bank-orders.ts'
import { startSandbox, type SandboxHandle } from '../support/sandbox.ts'

let sandbox: SandboxHandle
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

const bodyOf = (reference: string) => {
  const { operation, iban, holder, money } = orderAt('a', { reference })
  return JSON.stringify({ reference, operation, iban, holder, amount: money })
}

const target = () => `${sandbox.url}/banks/a/instructions`

const post = async (url: string, body: string, headers: Record<string, string>) =>
  (await fetch(url, { method: 'POST', headers, body })).status

const signed = (url: string, body: string, privateKey = sandbox.keys.privateKey) =>
  createRequestSigner(privateKey)({ method: 'POST', url, body })

/** Signs with parts that our own signer never leaves out or changes. */
const signedOtherwise = async (body: string, fields: string[], created: Date) => {
  const key = readPrivateKey(sandbox.keys.privateKey)
  const digest = createHash('sha256').update(body).digest('base64')
  const { headers } = await httpbis.signMessage(
    { key: createSigner(key, 'ed25519', keyIdOf(key)), fields, params: ['created', 'keyid'], paramValues: { created } },
    { method: 'POST', url: target(), headers: { 'Content-Digest': `sha-256=:${digest}:` } }
  )
  return headers as Record<string, string>
}

const ALL = ['@method', '@target-uri', 'content-digest']
const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000)

describe('requests to the banks', () => {
  it('a request signed with the known key is taken', async () => {
    const body = bodyOf('signed_1')
    expect(await post(target(), body, await signed(target(), body))).toBe(200)
  })

  it('a request without a signature is refused and books nothing', async () => {
    expect(await post(target(), bodyOf('unsigned_1'), {})).toBe(401)
    const { lines } = await sandbox.journal('a')
    expect(lines.map(({ reference }) => reference)).not.toContain('unsigned_1')
  })

  it('a request signed with another key is refused', async () => {
    const body = bodyOf('other_key')
    expect(await post(target(), body, await signed(target(), body, generateSigningKeys().privateKey))).toBe(401)
  })

  it('a signature that names our key but was made with another is refused', async () => {
    const other = readPrivateKey(generateSigningKeys().privateKey)
    const body = bodyOf('wrong_hand')
    const { headers } = await httpbis.signMessage(
      {
        key: createSigner(other, 'ed25519', keyIdOf(readPrivateKey(sandbox.keys.privateKey))),
        fields: ALL,
        params: ['created', 'keyid']
      },
      {
        method: 'POST',
        url: target(),
        headers: { 'Content-Digest': `sha-256=:${createHash('sha256').update(body).digest('base64')}:` }
      }
    )
    expect(await post(target(), body, headers as Record<string, string>)).toBe(401)
  })

  it('a signature does not carry over to another body, even with a fresh digest', async () => {
    const headers = await signed(target(), bodyOf('body_1'))
    const body = bodyOf('body_2')
    expect(await post(target(), body, headers)).toBe(401)
    const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
    expect(await post(target(), body, { ...headers, 'Content-Digest': digest })).toBe(401)
  })

  it('a signature does not carry over to another bank or another verb', async () => {
    const body = bodyOf('carried')
    const other = `${sandbox.url}/banks/b/instructions`
    expect(await post(other, body, await signed(target(), body))).toBe(401)
    const inquiry = `${target()}/carried`
    const headers = await createRequestSigner(sandbox.keys.privateKey)({ method: 'POST', url: inquiry })
    expect((await fetch(inquiry, { headers })).status).toBe(401)
  })

  it.each([
    ['nearly 5 minutes old is taken', 290, 200],
    ['more than 5 minutes old is refused', 310, 401],
    ['nearly 5 minutes ahead is taken', -290, 200],
    ['more than 5 minutes ahead is refused', -310, 401]
  ])('a signature %s', async (_what, seconds, status) => {
    const body = bodyOf(`age_${seconds}`.replace('-', 'ahead'))
    expect(await post(target(), body, await signedOtherwise(body, ALL, ago(seconds)))).toBe(status)
  })

  it.each(ALL)('a signature that leaves out %s is refused', async (left) => {
    const body = bodyOf('left_out')
    const fields = ALL.filter((field) => field !== left)
    expect(await post(target(), body, await signedOtherwise(body, fields, ago(0)))).toBe(401)
  })

  it('an inquiry and a notification without a signature are refused', async () => {
    expect((await fetch(`${target()}/x`)).status).toBe(401)
    expect(await post(`${sandbox.url}/notifications`, '{}', {})).toBe(401)
  })
})

describe('the admin key', () => {
  it.each([
    ['missing', {}],
    ['wrong', { Authorization: 'Bearer wrong' }],
    ['not a bearer token', { Authorization: 'Basic x' }]
  ])('an admin request whose key is %s is refused', async (_what, headers) => {
    expect(
      (await fetch(`${sandbox.url}/admin/journal?bank=a`, { headers: headers as Record<string, string> })).status
    ).toBe(401)
  })

  it('whether the sandbox lives is open to all', async () => {
    expect(await (await fetch(`${sandbox.url}/livez`)).json()).toEqual({ status: 'ok' })
  })
})

describe('the inbox of the notifier', () => {
  const notify = async (message: object) => {
    const url = `${sandbox.url}/notifications`
    const body = JSON.stringify(message)
    return post(url, body, await signed(url, body))
  }
  const inbox = async (to: string) =>
    ((await (await sandbox.admin('GET', `/inbox?to=${encodeURIComponent(to)}`)).json()) as { data: object[] }).data

  it('a message that is sent twice is delivered once, and only its addressee sees it', async () => {
    const message = { id: 'n1', to: 'a@example.com', channel: 'email', subject: 'Top-up', text: 'Your top-up arrived.' }
    expect(await notify(message)).toBe(202)
    expect(await notify(message)).toBe(202)
    expect(await notify({ ...message, id: 'n2', to: '+15550100', channel: 'sms' })).toBe(202)
    expect(await inbox('a@example.com')).toEqual([expect.objectContaining(message)])
    expect(await inbox('+15550100')).toHaveLength(1)
  })

  it('an id that stands for another message is refused', async () => {
    const message = { id: 'n3', to: 'b@example.com', channel: 'push', text: 'one' }
    expect(await notify(message)).toBe(202)
    expect(await notify({ ...message, text: 'two' })).toBe(409)
    expect(await notify({ ...message, id: 'n4', role: 'admin' })).toBe(400)
  })
})

it('a request to a bank through our own client is taken', async () => {
  expect(await bankAt(sandbox).send(orderAt('a'))).toMatchObject({ kind: 'accepted' })
})
