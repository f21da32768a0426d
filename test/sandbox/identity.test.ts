import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createRequestSigner } from '../../providers/signed-request.ts'
import { startCallbackReceiver, type CallbackReceiver, type ReceivedCallback } from '../support/callback-receiver.ts'
import { startSandbox, type SandboxHandle } from '../support/sandbox.ts'

const DAY_MS = 86_400_000

const document = {
  type: 'passport',
  number: 'X1234567',
  country: 'GB',
  expires_on: '2099-12-31',
  image_sha256: 'a1'.repeat(32)
}

/** A check of nobody in particular under a new reference, unless said otherwise. */
const checkOf = (other: object = {}) => ({
  reference: `kyc_${randomBytes(16).toString('hex')}`,
  name: 'Ada Example',
  birth_date: '1990-05-17',
  document,
  selfie_sha256: 'b2'.repeat(32),
  ...other
})

const asked = async ({ url, keys }: SandboxHandle, method: 'GET' | 'POST', path: string, body?: string) => {
  const request = { method, url: `${url}/identity/checks${path}`, body }
  const headers = await createRequestSigner(keys.privateKey)(request)
  const response = await fetch(request.url, { method, headers, body })
  return { status: response.status, body: await response.json() }
}
const post = (at: SandboxHandle, check: object) => asked(at, 'POST', '', JSON.stringify(check))
const inquire = async (at: SandboxHandle, reference: string) =>
  (await asked(at, 'GET', `/${encodeURIComponent(reference)}`)).body

const yesterday = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10)

const about =
  (reference: string) =>
  ({ body }: ReceivedCallback): boolean =>
    body.reference === reference

let sandbox: SandboxHandle
let receiver: CallbackReceiver
beforeAll(async () => {
  sandbox = await startSandbox()
  receiver = await startCallbackReceiver(sandbox.callbackSecret)
  await sandbox.setCallbackUrl(receiver.url)
})
afterEach(() => sandbox.clearRules())
afterAll(async () => {
  await sandbox.stop()
  await receiver.stop()
})

describe('what the identity bureau finds by itself', () => {
  it.each([
    ['an ordinary name and a valid document', {}, { status: 'clear' }],
    ['a name that begins with Doubtful', { name: 'Doubtful Dora' }, blurred()],
    ['a name that begins with DOUBTFUL', { name: 'DOUBTFULLY Dora' }, blurred()],
    ['a name that only ends with Doubtful', { name: 'Dora Doubtful' }, { status: 'clear' }],
    ['a document that expired yesterday', { document: { ...document, expires_on: yesterday } }, expired()]
  ])('%s is answered at once', async (_what, other, answer) => {
    const check = checkOf(other)
    expect(await post(sandbox, check)).toEqual({ status: 200, body: answer })
    expect(await inquire(sandbox, check.reference)).toEqual(answer)
  })

  it('a document is valid on its last day by the sandbox clock, and expired the day after', async () => {
    const moved = await startSandbox()
    const noon = Date.now() - (Date.now() % DAY_MS) + 40.5 * DAY_MS // no midnight may pass while the test runs
    const lastDay = { ...document, expires_on: new Date(noon).toISOString().slice(0, 10) }
    await moved.advanceClock(noon - Date.now())
    expect((await post(moved, checkOf({ document: lastDay }))).body).toEqual({ status: 'clear' })
    await moved.advanceClock(DAY_MS)
    expect((await post(moved, checkOf({ document: lastDay }))).body).toEqual(expired())
    await moved.stop()
  })

  it('a reference that nobody has named is not found, and can still be checked afterwards', async () => {
    const check = checkOf({ reference: 'onboarding/of nobody?' })
    expect(await inquire(sandbox, check.reference)).toEqual({ status: 'not_found' })
    expect((await post(sandbox, check)).body).toEqual({ status: 'clear' })
    expect(await inquire(sandbox, check.reference)).toEqual({ status: 'clear' })
  })

  it('the same check twice is answered as the first time, whatever the rules say by then', async () => {
    const check = checkOf()
    await post(sandbox, check)
    await sandbox.addRule({ match: { operation: 'identity' }, outcome: 'decline' })
    expect((await post(sandbox, check)).body).toEqual({ status: 'clear' })
    expect((await post(sandbox, checkOf())).body).toMatchObject({ status: 'rejected' })
  })

  it.each([
    ['name', { name: 'Ben Example' }],
    ['birth date', { birth_date: '1990-05-18' }],
    ['document', { document: { ...document, image_sha256: 'c3'.repeat(32) } }],
    ['selfie', { selfie_sha256: 'd4'.repeat(32) }]
  ])('the same reference with another %s is refused and changes nothing', async (_what, other) => {
    const check = checkOf()
    await post(sandbox, check)
    expect(await post(sandbox, { ...check, ...other })).toMatchObject({
      status: 409,
      body: { code: 'reference_reused' }
    })
    expect(await inquire(sandbox, check.reference)).toEqual({ status: 'clear' })
  })
})

describe('what the identity bureau does not look at', () => {
  it('a check or an inquiry without a signature is refused with 401', async () => {
    const check = checkOf()
    const target = `${sandbox.url}/identity/checks`
    expect((await fetch(target, { method: 'POST', body: JSON.stringify(check) })).status).toBe(401)
    expect((await fetch(`${target}/${check.reference}`)).status).toBe(401)
    expect(await inquire(sandbox, check.reference)).toEqual({ status: 'not_found' })
  })

  it.each([
    ['an unknown field', { nickname: 'A' }],
    ['an unknown field of the document', { document: { ...document, colour: 'red' } }],
    ['no name', { name: undefined }],
    ['an empty reference', { reference: '' }],
    ['a reference of 101 characters', { reference: 'r'.repeat(101) }],
    ['a birth date that is no day', { birth_date: '1990-02-30' }],
    ['a document of an unknown type', { document: { ...document, type: 'library_card' } }],
    ['a country in three letters', { document: { ...document, country: 'GBR' } }],
    ['an image where its hash belongs', { document: { ...document, image_sha256: 'data:image/png' } }],
    ['half a hash', { selfie_sha256: 'b2'.repeat(16) }]
  ])('a check with %s is refused with 400', async (_what, other) => {
    expect(await post(sandbox, checkOf(other))).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  })

  it('a body that is no JSON is refused with 400', async () => {
    expect((await asked(sandbox, 'POST', '', '{"reference":')).status).toBe(400)
  })
})

describe('what a rule makes the identity bureau do', () => {
  const ruled = async (rule: object, other: object = {}) => {
    const check = checkOf(other)
    await sandbox.addRule({ match: { operation: 'identity', reference: check.reference }, ...rule })
    return check
  }

  it.each([
    ['accept clears even a doubtful name', { outcome: 'accept' }, { status: 'clear' }],
    ['decline rejects', { outcome: 'decline' }, { status: 'rejected', reasons: ['document_forged'] }],
    [
      'decline rejects for its code',
      { outcome: 'decline', code: 'face_mismatch' },
      { status: 'rejected', reasons: ['face_mismatch'] }
    ],
    ['doubtful doubts', { outcome: 'doubtful' }, blurred()],
    [
      'doubtful doubts for its code',
      { outcome: 'doubtful', code: 'face_unclear' },
      { status: 'doubtful', reasons: ['face_unclear'] }
    ],
    ['ask_more asks for a proof of address', { outcome: 'ask_more' }, { status: 'more', items: ['proof_of_address'] }]
  ])('%s', async (_what, rule, answer) => {
    const check = await ruled(rule, { name: 'Doubtful Dora' })
    expect(await post(sandbox, check)).toEqual({ status: 200, body: answer })
    expect(await inquire(sandbox, check.reference)).toEqual(answer)
  })

  it('delay stays pending for its time by the sandbox clock, then says what it found and calls once', async () => {
    const clear = await ruled({ outcome: 'delay', delay_ms: DAY_MS })
    const doubtful = await ruled({ outcome: 'delay', delay_ms: DAY_MS }, { name: 'Doubtful Dora' })
    for (const check of [clear, doubtful]) expect((await post(sandbox, check)).body).toEqual({ status: 'pending' })
    await sandbox.advanceClock(DAY_MS / 2)
    expect((await post(sandbox, clear)).body).toEqual({ status: 'pending' })
    await sandbox.advanceClock(DAY_MS / 2)
    expect(await inquire(sandbox, clear.reference)).toEqual({ status: 'clear' })
    expect((await post(sandbox, doubtful)).body).toEqual(blurred())
    const [call] = await receiver.until(1, about(clear.reference))
    expect(call).toMatchObject({ path: '/v1/callbacks/identity', body: { reference: clear.reference } })
    await receiver.until(1, about(doubtful.reference))
    await sandbox.advanceClock(DAY_MS)
    expect(receiver.received.filter(about(clear.reference))).toHaveLength(1)
  })

  it('delay ends by itself as real time goes by, and a call that is refused is repeated', async () => {
    const check = await ruled({ outcome: 'delay', delay_ms: 50 })
    receiver.refuseNext(2)
    expect((await post(sandbox, check)).body).toEqual({ status: 'pending' })
    const [call] = await receiver.until(1, about(check.reference))
    const refused = receiver.refused.filter(about(check.reference)).map(({ messageId }) => messageId)
    expect(refused).toEqual([call!.messageId, call!.messageId])
    expect(await inquire(sandbox, check.reference)).toEqual({ status: 'clear' })
  })

  it('timeout stays pending for ever and never calls', async () => {
    const silent = await ruled({ outcome: 'timeout' })
    const late = await ruled({ outcome: 'delay', delay_ms: 5 * DAY_MS })
    for (const check of [silent, late]) expect((await post(sandbox, check)).body).toEqual({ status: 'pending' })
    await sandbox.advanceClock(30 * DAY_MS)
    await receiver.until(1, about(late.reference))
    expect(await inquire(sandbox, silent.reference)).toEqual({ status: 'pending' })
    expect(receiver.received.filter(about(silent.reference))).toEqual([])
  })

  it('error answers 500 and keeps nothing: the same check is looked at when it comes again', async () => {
    const check = await ruled({ outcome: 'error', times: 1 })
    expect((await post(sandbox, check)).status).toBe(500)
    expect(await inquire(sandbox, check.reference)).toEqual({ status: 'not_found' })
    expect((await post(sandbox, check)).body).toEqual({ status: 'clear' })
  })

  it('a rule matches by name, and one without an operation does not act on checks', async () => {
    await sandbox.addRule({ match: {}, outcome: 'decline' })
    await sandbox.addRule({ match: { operation: 'screening' }, outcome: 'error' })
    await sandbox.addRule({ match: { operation: 'identity', name: 'Eve Example' }, outcome: 'decline' })
    expect((await post(sandbox, checkOf())).body).toEqual({ status: 'clear' })
    expect((await post(sandbox, checkOf({ name: 'Eve Example' }))).body).toMatchObject({ status: 'rejected' })
  })
})

describe('an identity bureau that is killed and started again', () => {
  let state: string
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'coffer-sandbox-'))
  })
  afterEach(() => rm(state, { recursive: true }))

  it('keeps its answers and ends what it had said would come later', async () => {
    const first = await startSandbox({ state })
    await first.addRule({ match: { operation: 'identity', name: 'Late Example' }, outcome: 'delay', delay_ms: DAY_MS })
    const [clear, doubtful] = [checkOf(), checkOf({ name: 'Doubtful Dora' })]
    const [late, later] = [checkOf({ name: 'Late Example' }), checkOf({ name: 'Late Example' })]
    for (const check of [clear, doubtful, late]) await post(first, check)
    await first.advanceClock(DAY_MS / 2)
    await post(first, later)
    await first.kill9()

    const { keys, adminKey, callbackSecret } = first
    const second = await startSandbox({ state, keys, adminKey, callbackSecret })
    const api = await startCallbackReceiver(callbackSecret)
    await second.setCallbackUrl(api.url)
    expect((await post(second, clear)).body).toEqual({ status: 'clear' })
    expect((await post(second, { ...clear, name: 'Ben Example' })).status).toBe(409)
    expect(await inquire(second, doubtful.reference)).toEqual(blurred())
    expect((await post(second, late)).body).toEqual({ status: 'pending' })
    await second.advanceClock(DAY_MS / 2)
    expect(await api.until(1, about(late.reference))).toMatchObject([{ path: '/v1/callbacks/identity' }])
    expect(await inquire(second, late.reference)).toEqual({ status: 'clear' })
    expect(await inquire(second, later.reference)).toEqual({ status: 'pending' })
    await second.stop()
    await api.stop()
  })

  it('calls about what fell due while it was down, and about what nobody had heard of', async () => {
    const first = await startSandbox({ state })
    await first.addRule({ match: { operation: 'identity' }, outcome: 'delay', delay_ms: DAY_MS, times: 1 })
    await first.addRule({ match: { operation: 'identity' }, outcome: 'delay', delay_ms: DAY_MS + 200 })
    const [untold, due] = [checkOf(), checkOf()]
    await post(first, untold)
    await post(first, due)
    await first.advanceClock(DAY_MS)
    expect(await inquire(first, untold.reference)).toEqual({ status: 'clear' })
    await first.kill9()

    const { keys, adminKey, callbackSecret } = first
    const api = await startCallbackReceiver(callbackSecret)
    const second = await startSandbox({ state, keys, adminKey, callbackSecret, callbackUrl: api.url })
    await api.until(1, about(untold.reference))
    await api.until(1, about(due.reference))
    expect(await inquire(second, due.reference)).toEqual({ status: 'clear' })
    await second.stop()
    await api.stop()
  })

  it('has kept nothing of the person but a fingerprint', async () => {
    const bureau = await startSandbox({ state })
    await post(bureau, checkOf({ name: 'Canaryname Example' }))
    await bureau.stop()
    const log = await readFile(join(state, 'world.jsonl'), 'utf8')
    expect(log).toContain('identity_taken')
    expect(log).not.toMatch(/Canaryname|1990-05-17|X1234567/)
  })
})

function blurred() {
  return { status: 'doubtful', reasons: ['document_blurred'] }
}

function expired() {
  return { status: 'rejected', reasons: ['document_expired'] }
}
