import { describe, expect, it } from '@jest/globals'
import { defaultPayloadConverter } from '@temporalio/common'
import proto from '@temporalio/proto'
import { createCodec } from '../../temporal/codec.ts'
import { payloadKeys, PUBLISHED_TEST_MASTER_KEY } from '../../temporal/keys.ts'
import { describeLink } from '../../temporal/ui-link.ts'
import { fitDetails, fitSummary } from '../../temporal/ui-text.ts'

const codec = createCodec(payloadKeys(PUBLISHED_TEST_MASTER_KEY))

async function encryptedBytes(text: string): Promise<number> {
  const workflowId = `cross-border-transfer/xbt_${'0'.repeat(32)}`
  const context = { type: 'workflow' as const, namespace: 'default', workflowId }
  const [payload] = await codec.encode([defaultPayloadConverter.toPayload(text)], context)
  return proto.temporal.api.common.v1.Payload.encode(payload!).finish().length
}

const long = { ascii: 'a', umlauts: 'ä', emoji: '💶', quotes: '"', 'line breaks': '\n' }

describe('texts for the Temporal UI', () => {
  it.each(Object.entries(long))('of %s fit within its limits once they are encrypted', async (_, character) => {
    expect(await encryptedBytes(fitSummary(character.repeat(1_000)))).toBeLessThanOrEqual(400)
    const details = fitDetails(character.repeat(30_000))
    expect(await encryptedBytes(details)).toBeLessThanOrEqual(20_000)
    expect(await encryptedBytes(details)).toBeGreaterThan(19_000)
  })

  it('that fit stay as they are', () => {
    expect(fitSummary('USD 10.50 to a merchant')).toBe('USD 10.50 to a merchant')
  })

  it('that were cut say so and cut no character in two', () => {
    expect(fitSummary('💶'.repeat(1_000))).toMatch(/^(💶)+…$/u)
  })
})

describe('the link to a run', () => {
  it('names namespace and workflow, and is absent without a UI', () => {
    expect(describeLink('http://127.0.0.1:8233', 'default', 'payment/pay_1')).toBe(
      'http://127.0.0.1:8233/namespaces/default/workflows/payment%2Fpay_1'
    )
    expect(describeLink(undefined, 'default', 'payment/pay_1')).toBeUndefined()
  })
})
