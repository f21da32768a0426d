import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { microDepositCrashPoints } from '../../activities/crash-points.ts'
import { createVault, type Vault } from '../../store/vault.ts'
import { idOf, knownCustomer, link, microBalances, newIban, pushedTo, untilRecovered } from '../support/bank-links.ts'
import type { Client } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { insist } from '../support/insist.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { expectEverythingSettled } from '../support/settled.ts'

const masterKey = randomBytes(32)
const POINT_MS_MAX = 120_000

let coffer: Coffer
let vault: Vault
beforeAll(async () => {
  coffer = await startCoffer({ masterKey })
  vault = createVault(masterKey)
})
afterEach(async () => {
  if (!coffer.worker.running) await coffer.worker.start()
})
afterAll(() => coffer?.stop())

/** Reads until both deposits have come; the bank is asked at once, and not by the plan. */
async function readAmounts(client: Client, id: string, iban: string): Promise<string[]> {
  const isAsked = (body: Record<string, unknown>) => JSON.stringify(body['requirements']).includes('verify_amounts')
  for (let times = 0; times < 8; times++) {
    if (isAsked((await client.get(`/v1/bank-accounts/${id}`)).body)) break
    if (coffer.worker.running) await coffer.advanceClock(60_000)
  }
  await client.until(`/v1/bank-accounts/${id}`, isAsked)
  return pushedTo(coffer, 'a', iban)
}

describe('A link by micro-deposits whose worker is killed (SIGKILL)', () => {
  it.each(pointsOfTheDay(microDepositCrashPoints))(
    'at %s pushes each deposit once, and has both come back once',
    async (point) => {
      const before = await microBalances(coffer)
      const { client } = await knownCustomer(coffer, vault)
      const iban = newIban('a')
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const crashed = coffer.worker.ended().then(() => coffer.worker.start())
      const id = idOf(await link(client, iban, 'micro_deposits'))
      const amounts = await readAmounts(client, id, iban)
      expect(amounts).toHaveLength(2)
      const verified = await insist(() => client.post(`/v1/bank-accounts/${id}/verify`, { amounts }, `verify-${id}`))
      expect(verified.body['state']).toBe('linked')
      await crashed
      await coffer.advanceClock(60_000)
      await untilRecovered(coffer, id, 'succeeded')
      expect(await microBalances(coffer)).toEqual(before)
      await expectEverythingSettled(coffer)
    },
    POINT_MS_MAX
  )
})
