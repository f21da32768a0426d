import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { allEventTypes } from '../../domain/event-types.ts'
import { startApi, type ApiUnderTest } from './api-under-test.ts'

interface Webhook {
  readonly operationId: string
  readonly summary: string
  readonly requestBody: {
    readonly content: Readonly<
      Record<
        'application/json',
        {
          readonly schema: {
            readonly required: readonly string[]
            readonly properties: Readonly<Record<string, { readonly enum?: readonly string[]; readonly $ref?: string }>>
          }
        }
      >
    >
  }
}

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.stop())

describe('the documentation', () => {
  it('is OpenAPI 3.1 whose references all lead somewhere', async () => {
    const { body, text } = await api.http.get('/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!)
    expect(references.length).toBeGreaterThan(10)
    for (const name of references) expect(body.components.schemas).toHaveProperty(name)
  })

  it('says of each operation who may call it, how it fails, and asks for an Idempotency-Key where one is needed', async () => {
    const { body } = await api.http.get('/openapi.json')
    const make = body.paths['/v1/customers'].post
    expect(make.description).toContain('May be called by: service.')
    expect(make.description).toContain('customers:write')
    expect(make.security).toEqual([{ bearer: [] }])
    expect(make.parameters).toMatchObject([{ in: 'header', name: 'Idempotency-Key', required: true }])
    expect(Object.keys(make.responses)).toEqual(
      expect.arrayContaining(['201', '400', '401', '403', '409', '413', '415', '422', '429', '500', '503'])
    )
    expect(body.paths['/v1/sessions'].post.security).toBeUndefined()
    expect(body.paths['/v1/sessions'].post.parameters).toBeUndefined()
    const ids = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId)
    )
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('has every type of event as a webhook: the envelope of the list, and what the type carries', async () => {
    const { body } = await api.http.get('/openapi.json')
    expect(Object.keys(body.webhooks)).toEqual(allEventTypes)
    const operations = Object.entries<{ post: Webhook }>(body.webhooks)
    for (const [type, { post }] of operations) {
      const { properties, required } = post.requestBody.content['application/json'].schema
      expect(required).toEqual(['id', 'object', 'type', 'created_at', 'data'])
      expect(properties['type']!.enum).toEqual([type])
      const data = body.components.schemas[properties['data']!.$ref!.split('/').at(-1)!]
      expect([data.type, data.additionalProperties]).toEqual(['object', false])
      expect(data.required).toEqual(expect.arrayContaining(['id', 'object', 'state']))
      expect(post.summary).toMatch(/\.$/)
    }
    expect(new Set(operations.map(([, { post }]) => post.operationId)).size).toBe(operations.length)
  })

  it('can be read in a browser without any other host', async () => {
    expect((await api.http.get('/docs')).headers.location).toBe('/docs/')
    const page = await api.http.get('/docs/')
    expect([page.status, page.type]).toEqual([200, 'text/html'])
    const assets = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!)
    expect(assets.length).toBeGreaterThan(3)
    for (const path of assets) {
      expect(path).not.toMatch(/^https?:/)
      expect((await api.http.get(new URL(path, 'http://x/docs/').pathname)).status).toBe(200)
    }
    expect((await api.http.get('/docs/swagger-initializer.js')).text).toContain("url: '/openapi.json'")
    expect(page.headers['content-security-policy']).toContain("default-src 'self'")
    expect(page.text).not.toMatch(/<script>|style=/)
  })
})

describe('every answer', () => {
  it('carries headers that let a browser do nothing with it', async () => {
    const { headers } = await api.http.get('/v1/nothing')
    expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers).not.toHaveProperty('x-powered-by')
  })
})
