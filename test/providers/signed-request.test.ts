import { createPrivateKey } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { createSigner, httpbis } from 'http-message-signatures'
import { generateSigningKeys, keyIdOf, readPrivateKey } from '../../providers/keys.ts'
import { createRequestSigner } from '../../providers/signed-request.ts'

// RFC 9421 prints this key pair (appendix B.1.4) and what it signs (B.2.6).
const RFC_KEY = 'MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF'
const RFC_SIGNATURE = 'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=='

describe('signed requests', () => {
  it('the library signs the example of RFC 9421, B.2.6, to the byte', async () => {
    const key = createPrivateKey({ key: Buffer.from(RFC_KEY, 'base64'), format: 'der', type: 'pkcs8' })
    const { headers } = await httpbis.signMessage(
      {
        key: createSigner(key, 'ed25519', 'test-key-ed25519'),
        name: 'sig-b26',
        fields: ['date', '@method', '@path', '@authority', 'content-type', 'content-length'],
        params: ['created', 'keyid'],
        paramValues: { created: new Date(1_618_884_473_000) }
      },
      {
        method: 'POST',
        url: 'https://example.com/foo?param=Value&Pet=dog',
        headers: {
          Date: 'Tue, 20 Apr 2021 02:07:55 GMT',
          'Content-Type': 'application/json',
          'Content-Length': '18'
        }
      }
    )
    expect((headers as Record<string, string>).Signature).toBe(`sig-b26=:${RFC_SIGNATURE}:`)
  })

  it('a body is digested as RFC 9530 shows it, and method, target and digest are covered', async () => {
    const { privateKey } = generateSigningKeys()
    const sign = createRequestSigner(privateKey)
    const headers = await sign({ method: 'POST', url: 'http://127.0.0.1:1/x?y=z', body: '{"hello": "world"}\n' })
    expect(headers['Content-Digest']).toBe('sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:')
    expect(headers['Signature-Input']).toMatch(
      new RegExp(
        `^sig=\\("@method" "@target-uri" "content-digest"\\);created=\\d{10};keyid="${keyIdOf(readPrivateKey(privateKey))}"$`
      )
    )
  })

  it('a request without a body carries the digest of nothing and no content type', async () => {
    const headers = await createRequestSigner(generateSigningKeys().privateKey)({ method: 'GET', url: 'http://h/x' })
    expect(headers['Content-Digest']).toBe('sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:')
    expect(headers).not.toHaveProperty('Content-Type')
  })

  it('a key that is no Ed25519 private key is refused without being shown', () => {
    const { publicKey } = generateSigningKeys()
    expect(() => createRequestSigner(publicKey)).toThrow(
      new TypeError('the signing key is not Ed25519 in PKCS#8 and base64')
    )
    expect(() => createRequestSigner('')).toThrow(TypeError)
  })
})
