import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { statuses } from '../../api/problem.ts'
import { problems, Refusal, type ProblemCode } from '../../domain/errors.ts'
import { startApi, type ApiUnderTest } from './api-under-test.ts'

const pages = new URL('../../docs/problems/', import.meta.url)
const codes = Object.keys(problems) as ProblemCode[]

describe('the catalogue of problems', () => {
  it('has a status for each code and a page for each code, and no others', () => {
    expect(Object.keys(statuses).sort()).toEqual([...codes].sort())
    expect(readdirSync(pages).sort()).toEqual(codes.map((code) => `${code}.md`).sort())
  })

  it.each(codes)('says on the page of %s its sentence, its status, what it means and what to do', (code) => {
    const page = readFileSync(new URL(`${code}.md`, pages), 'utf8')
    expect(page.startsWith(`# ${code}\n\n${problems[code]} HTTP status ${statuses[code]}.\n`)).toBe(true)
    expect(page).toMatch(/\n## What it means\n\n.{30,}\n\n## What to do\n\n.{10,}\n$/s)
  })

  it('gives every code a status of an error', () => {
    for (const code of codes) expect([code, statuses[code] >= 400 && statuses[code] < 600]).toEqual([code, true])
  })
})

describe('a problem over HTTP', () => {
  let api: ApiUnderTest
  let thrown: unknown
  beforeAll(async () => {
    const temporalReady = () => Promise.reject(new Error('away'))
    const callbackHandlers = {}
    api = await startApi({ temporalReady, callbackHandlers })
  })
  afterAll(() => api.stop())

  it('is problem+json with type, title, status, code, request id and errors', async () => {
    const { status, headers, body } = await api.http.get('/v1/nothing').set('X-Request-Id', 'the-caller-s-own.id')
    expect(status).toBe(404)
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(headers['x-request-id']).toBe('the-caller-s-own.id')
    expect(body).toEqual({
      type: '/docs/problems/not_found',
      title: problems.not_found,
      status: 404,
      code: 'not_found',
      request_id: 'the-caller-s-own.id',
      errors: []
    })
  })

  it('leads to the page of its code', async () => {
    const { body } = await api.http.get('/v1/nothing')
    const page = await api.http.get(body.type)
    expect(page.status).toBe(200)
    expect(page.type).toBe('text/html')
    expect(page.text).toContain('<h1>not_found</h1>')
    expect((await api.http.get('/docs/problems/constructor')).status).toBe(404)
    expect((await api.http.get('/docs/problems/..%2f..%2fpackage')).status).toBe(404)
  })

  it('makes a request id of its own when the given one is not well-formed', async () => {
    for (const given of ['short', 'a b c d e f g h', 'x'.repeat(65), '"quoted-request-id"']) {
      const { headers } = await api.http.get('/livez').set('X-Request-Id', given)
      expect(headers['x-request-id']).toMatch(/^req_[0-9a-f]{32}$/)
    }
  })

  it('of an unexpected failure tells nothing but the request id, and the log the rest', async () => {
    thrown = new Error('the secret of the house')
    const broken = await startApi({ db: failing(() => thrown) })
    try {
      const { status, text, body } = await broken.http
        .get('/v1/policies')
        .set('Authorization', `Bearer cof_admin_${'0'.repeat(64)}`)
      expect(status).toBe(500)
      expect(body.code).toBe('internal')
      expect(text).not.toContain('secret of the house')
      expect(text).not.toMatch(/\.ts|node_modules|at /)
      const line = broken.log.find((entry) => entry.includes('the secret of the house'))
      expect(line).toContain(body.request_id)
    } finally {
      await broken.stop()
    }
  })

  it('of a database that is away is 503 with Retry-After', async () => {
    thrown = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const broken = await startApi({ db: failing(() => thrown) })
    try {
      const { status, headers } = await broken.http
        .get('/v1/policies')
        .set('Authorization', `Bearer cof_admin_${'0'.repeat(64)}`)
      expect(status).toBe(503)
      expect(Number(headers['retry-after'])).toBeGreaterThan(0)
      expect((await broken.http.get('/readyz')).body).toMatchObject({
        status: 'unavailable',
        database: 'unavailable',
        temporal: 'ok'
      })
    } finally {
      await broken.stop()
    }
  })

  it('shows of a refusal only what callers may see', async () => {
    thrown = new Refusal('pin_locked', { retry_after_ms: 61_500, attempts_left: 0, rule: 'inner reason' })
    const broken = await startApi({ db: failing(() => thrown) })
    try {
      const { status, headers, body } = await broken.http
        .get('/v1/policies')
        .set('Authorization', `Bearer cof_admin_${'0'.repeat(64)}`)
      expect(status).toBe(429)
      expect(headers['retry-after']).toBe('62')
      expect(body).toMatchObject({ code: 'pin_locked', attempts_left: 0, retry_after_ms: 61_500 })
      expect(body).not.toHaveProperty('rule')
    } finally {
      await broken.stop()
    }
  })

  it('of credentials says how to authenticate', async () => {
    const { status, headers } = await api.http.get('/v1/policies')
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toBe('Bearer')
  })

  it('is not the liveness of the process: /livez is 200 while /readyz names the part that is away', async () => {
    expect((await api.http.get('/livez')).status).toBe(200)
    const { status, body } = await api.http.get('/readyz')
    expect(status).toBe(503)
    expect(body).toEqual({ status: 'unavailable', database: 'ok', temporal: 'unavailable' })
  })
})

/** A database on which every statement fails as told. */
const failing = (error: () => unknown) =>
  new Proxy({} as ApiUnderTest['deps']['db'], {
    get: (_, property) => {
      if (property === 'then') return undefined
      return () => {
        throw error()
      }
    }
  })
