import { describe, expect, it } from '@jest/globals'
import { defaultPayloadConverter, type Payload } from '@temporalio/common'
import { createCodec, PayloadRefused } from '../../temporal/codec.ts'
import { dataConverter } from '../../temporal/connection.ts'
import { codecEndpointSecret, payloadKeys, PUBLISHED_TEST_MASTER_KEY } from '../../temporal/keys.ts'

const masterKey = Buffer.alloc(32, 1)
const otherKey = Buffer.alloc(32, 2)
const codec = createCodec(payloadKeys(masterKey))
const inRun = (workflowId: string) => ({ type: 'workflow' as const, namespace: 'default', workflowId })

const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value)
const valueOf = (payload: Payload | undefined): unknown => defaultPayloadConverter.fromPayload(payload!)
const encrypted = async (value: unknown, workflowId?: string): Promise<Payload> =>
  (await codec.encode([payloadOf(value)], workflowId === undefined ? undefined : inRun(workflowId)))[0]!

describe('the payload codec', () => {
  it.each([{ order: { amount: '1050' } }, 'text', undefined, null, []])('gives %j back as it was', async (value) => {
    expect(valueOf((await codec.decode([await encrypted(value)]))[0])).toEqual(value)
  })

  it('encrypts the same value differently each time and leaves nothing of it readable', async () => {
    const [one, two] = [await encrypted('canary'), await encrypted('canary')]
    expect(Buffer.from(one.data!).includes('canary')).toBe(false)
    expect(Buffer.from(one.data!).equals(Buffer.from(two.data!))).toBe(false)
  })

  it('refuses what is not encrypted', async () => {
    await expect(codec.decode([payloadOf('forged')])).rejects.toThrow(PayloadRefused)
  })

  it('refuses the whole call when one payload among encrypted ones is not', async () => {
    await expect(codec.decode([await encrypted('good'), payloadOf('forged')])).rejects.toThrow('not encrypted')
  })

  it('refuses what another key encrypted', async () => {
    const foreign = await createCodec(payloadKeys(otherKey)).encode([payloadOf('foreign')])
    await expect(codec.decode(foreign)).rejects.toThrow('unknown key')
  })

  it('refuses a key id put on what another key encrypted', async () => {
    const [foreign] = await createCodec(payloadKeys(otherKey)).encode([payloadOf('foreign')])
    const ours = (await encrypted('ours')).metadata!['encryption-key-id']!
    const relabelled = { ...foreign, metadata: { ...foreign!.metadata, 'encryption-key-id': ours } }
    await expect(codec.decode([relabelled])).rejects.toThrow('was changed')
  })

  it('refuses every payload of which one byte was changed', async () => {
    const good = await encrypted('good')
    for (let index = 0; index < good.data!.length; index++) {
      const data = Buffer.from(good.data!)
      data[index]! ^= 1
      await expect(codec.decode([{ ...good, data }])).rejects.toThrow('was changed')
    }
  })

  it('refuses a payload too short to carry a nonce and a tag', async () => {
    await expect(codec.decode([{ ...(await encrypted('x')), data: new Uint8Array(27) }])).rejects.toThrow('too short')
  })

  it('reads after a rotation what the former key encrypted, and encrypts under the new one', async () => {
    const before = await encrypted('old')
    const rotated = createCodec(payloadKeys(otherKey, [masterKey]))
    expect(valueOf((await rotated.decode([before]))[0])).toBe('old')
    const after = await rotated.encode([payloadOf('new')])
    expect(valueOf((await createCodec(payloadKeys(otherKey)).decode(after))[0])).toBe('new')
  })
})

describe('a payload bound to its workflow', () => {
  it('is read in its own run and where no run is known', async () => {
    const bound = await encrypted('mine', 'payment/pay_1')
    expect(valueOf((await codec.decode([bound], inRun('payment/pay_1')))[0])).toBe('mine')
    expect(valueOf((await codec.decode([bound]))[0])).toBe('mine')
  })

  it('is refused in another run', async () => {
    await expect(codec.decode([await encrypted('mine', 'payment/pay_1')], inRun('payment/pay_12'))).rejects.toThrow(
      'another workflow'
    )
  })

  it('is refused when the name of the run was taken off or changed', async () => {
    const { metadata, data } = await encrypted('mine', 'payment/pay_1')
    const { 'bound-to': _, ...unbound } = metadata!
    const moved = { ...metadata, 'bound-to': Buffer.from('payment/pay_2') }
    await expect(codec.decode([{ metadata: unbound, data }], inRun('payment/pay_2'))).rejects.toThrow('was changed')
    await expect(codec.decode([{ metadata: moved, data }], inRun('payment/pay_2'))).rejects.toThrow('was changed')
  })

  it('is read by the runs that its Schedule starts', async () => {
    const bound = await encrypted('tick', 'sweep')
    expect(valueOf((await codec.decode([bound], inRun('sweep-2030-01-31T00:00:30Z')))[0])).toBe('tick')
  })

  it('is read by the next run of its Schedule, which is given the result of the one before', async () => {
    const bound = await encrypted('report', 'sweep-2030-01-31T00:00:00Z')
    expect(valueOf((await codec.decode([bound], inRun('sweep-2030-01-31T00:00:30Z')))[0])).toBe('report')
    await expect(codec.decode([bound], inRun('other-2030-01-31T00:00:30Z'))).rejects.toThrow('another workflow')
  })
})

describe('the keys', () => {
  it('have ids that differ, and a secret for the codec endpoint of 256 bits that is none of them', () => {
    const [first, second] = payloadKeys(masterKey, [otherKey])
    expect(first!.id).not.toBe(second!.id)
    expect(codecEndpointSecret(masterKey)).toMatch(/^[0-9a-f]{64}$/)
    expect(codecEndpointSecret(masterKey)).not.toBe(first!.key.toString('hex'))
  })

  it('cannot be derived from a master key of another length', () => {
    expect(() => payloadKeys(Buffer.alloc(16))).toThrow(RangeError)
  })

  it('published for tests are refused in production', () => {
    const access = { COFFER_MASTER_KEY: PUBLISHED_TEST_MASTER_KEY }
    expect(() => dataConverter({ ...access, COFFER_MODE: 'production' })).toThrow('published test key')
    expect(dataConverter({ ...access, COFFER_MODE: 'test' }).payloadCodecs).toHaveLength(1)
  })
})
