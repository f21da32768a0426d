import { beforeAll, describe, expect, it } from '@jest/globals'
import { defaultPayloadConverter } from '@temporalio/common'
import express from 'express'
import request from 'supertest'
import { codecRouter } from '../../api/codec.ts'
import { createCodec } from '../../temporal/codec.ts'
import { codecEndpointSecret, payloadKeys, PUBLISHED_TEST_MASTER_KEY } from '../../temporal/keys.ts'

const UI = 'http://127.0.0.1:8233'
const codec = createCodec(payloadKeys(PUBLISHED_TEST_MASTER_KEY))
const secret = codecEndpointSecret(PUBLISHED_TEST_MASTER_KEY)
const app = express().use('/codec', codecRouter(codec, secret, UI))

interface Wire {
  metadata: Record<string, string>
  data: string
}
let encrypted: Wire
const clear: Wire = {
  metadata: { encoding: Buffer.from('json/plain').toString('base64') },
  data: Buffer.from('"clear"').toString('base64')
}

beforeAll(async () => {
  const payload = defaultPayloadConverter.toPayload({ amount: '1050' })
  const [{ metadata, data } = {}] = await codec.encode([payload], {
    type: 'workflow',
    namespace: 'default',
    workflowId: 'payment/pay_1'
  })
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  const entries = Object.entries(metadata!).map(([name, value]) => [name, base64(value)])
  encrypted = { metadata: Object.fromEntries(entries), data: base64(data!) }
})

const post = (path: string, payloads: unknown, origin = UI) =>
  request(app).post(path).set('Origin', origin).set('X-Namespace', 'default').send({ payloads })

const textOf = ({ data }: Wire): string => Buffer.from(data, 'base64').toString()

describe('the codec endpoint', () => {
  it('decodes for the UI, and gives back as they are payloads in clear and those of other keys', async () => {
    const foreign = { ...encrypted, metadata: { ...encrypted.metadata, 'encryption-key-id': 'AAAA' } }
    const reply = await post(`/codec/${secret}/decode?preserveStorageRefs=true`, [encrypted, clear, foreign])
    expect(reply.status).toBe(200)
    expect(reply.headers['access-control-allow-origin']).toBe(UI)
    expect(reply.headers.vary).toContain('Origin')
    const [first, ...others] = (reply.body as { payloads: Wire[] }).payloads
    expect(JSON.parse(textOf(first!))).toEqual({ amount: '1050' })
    expect(others).toEqual([clear, foreign])
  })

  it('encodes what it can decode', async () => {
    const coded = await post(`/codec/${secret}/encode`, [clear])
    expect(JSON.stringify(coded.body)).not.toContain(clear.data)
    const decoded = await post(`/codec/${secret}/decode`, (coded.body as { payloads: Wire[] }).payloads)
    expect(decoded.body).toEqual({ payloads: [clear] })
  })

  it('answers the preflight of the UI', async () => {
    const reply = await request(app)
      .options(`/codec/${secret}/decode`)
      .set('Origin', UI)
      .set('Access-Control-Request-Method', 'POST')
      .set('Access-Control-Request-Headers', 'content-type,x-namespace')
    expect(reply.status).toBe(204)
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': UI,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type, x-namespace'
    })
    expect(reply.headers.vary).toContain('Origin')
  })

  it('serves the temporal command, which has no origin', async () => {
    const reply = await request(app)
      .post(`/codec/${secret}/decode`)
      .send({ payloads: [clear] })
    expect(reply.status).toBe(200)
    expect(reply.headers['access-control-allow-origin']).toBeUndefined()
  })

  it.each(['http://localhost:8233', 'https://127.0.0.1:8233', 'http://127.0.0.1:8233.example.com', 'null'])(
    'is not there for the origin %s',
    async (origin) => {
      const reply = await post(`/codec/${secret}/decode`, [encrypted], origin)
      expect(reply.status).toBe(404)
      expect(reply.headers['access-control-allow-origin']).toBeUndefined()
      const preflight = await request(app).options(`/codec/${secret}/decode`).set('Origin', origin)
      expect(preflight.headers['access-control-allow-origin']).toBeUndefined()
    }
  )

  it('is not there under another secret, another verb or another method', async () => {
    expect((await post(`/codec/${secret.replace(/^./, 'x')}/decode`, [encrypted])).status).toBe(404)
    expect((await post(`/codec/${secret.toUpperCase()}/decode`, [encrypted])).status).toBe(404)
    expect((await post(`/codec/${secret}/destroy`, [encrypted])).status).toBe(404)
    expect((await post('/codec/decode', [encrypted])).status).toBe(404)
    expect((await request(app).get(`/codec/${secret}/decode`).set('Origin', UI)).status).toBe(404)
  })

  it.each([{ payloads: 'no list' }, { payloads: [null, 7, { metadata: null }] }, {}, []])(
    'survives the body %j',
    async (body) => {
      const reply = await request(app).post(`/codec/${secret}/decode`).send(body)
      expect(reply.status).toBe(200)
    }
  )
})
