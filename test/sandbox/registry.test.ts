import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createRequestSigner } from '../../providers/signed-request.ts'
import { startCallbackReceiver, type CallbackReceiver } from '../support/callback-receiver.ts'
import { startSandbox, type SandboxHandle } from '../support/sandbox.ts'

const DAY_MS = 86_400_000

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

const asked = async (method: 'GET' | 'POST', path: string, body?: string) => {
  const request = { method, url: `${sandbox.url}/identity/${path}`, body }
  const headers = await createRequestSigner(sandbox.keys.privateKey)(request)
  const response = await fetch(request.url, { method, headers, body })
  return { status: response.status, body: await response.json() }
}
const inquire = async (reference: string) => (await asked('GET', `checks/${reference}`)).body

const postBusiness = async (over: object = {}) => {
  const business = {
    reference: `kyb_${randomBytes(16).toString('hex')}`,
    name: 'Ada Trading',
    registration_number: 'HRB 1',
    country: 'DE',
    document_sha256: 'a1'.repeat(32),
    ...over
  }
  return { ...business, ...(await asked('POST', 'businesses', JSON.stringify(business))) }
}

describe('what the register has of a business', () => {
  it.each([
    ['Ada Trading', { status: 'clear' }],
    ['Dissolved Trading', { status: 'rejected', reasons: ['business_dissolved'] }],
    ['Unregistered Trading', { status: 'doubtful', reasons: ['business_not_found'] }],
    ['Doubtful Trading', { status: 'doubtful', reasons: ['name_differs'] }]
  ])('of the name %s is said at once, and the same reference stands for no other business', async (name, body) => {
    const first = await postBusiness({ name })
    expect(first).toMatchObject({ status: 200, body })
    expect(await inquire(first.reference)).toEqual(body)
    const { reference } = first
    expect(await postBusiness({ reference, name: 'Ben Trading' })).toMatchObject({ status: 409 })
  })

  it.each([
    [{ outcome: 'accept' }, { status: 'clear' }],
    [{ outcome: 'decline' }, { status: 'rejected', reasons: ['business_dissolved'] }],
    [
      { outcome: 'doubtful', code: 'seat_moved' },
      { status: 'doubtful', reasons: ['seat_moved'] }
    ],
    [{ outcome: 'ask_more' }, { status: 'more', items: ['registration_document'] }],
    [{ outcome: 'timeout' }, { status: 'pending' }]
  ])('is what a rule says, and one about people is none of it: %j', async (rule, body) => {
    await sandbox.addRule({ match: { operation: 'identity' }, outcome: 'error' })
    await sandbox.addRule({ match: { operation: 'registry', name: 'Ada Trading' }, ...rule })
    expect((await postBusiness()).body).toEqual(body)
  })

  it('that is looked for later is said by a callback', async () => {
    await sandbox.addRule({ match: { operation: 'registry' }, outcome: 'delay', delay_ms: DAY_MS })
    const { reference, body } = await postBusiness()
    expect(body).toEqual({ status: 'pending' })
    await sandbox.advanceClock(DAY_MS)
    await receiver.until(1, ({ body: told }) => told.reference === reference)
    expect(await inquire(reference)).toEqual({ status: 'clear' })
  })
})
