import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { bankLinkCrashPoints } from '../../activities/crash-points.ts'
import { createVault, type Vault } from '../../store/vault.ts'
import { eventsOf, idOf, knownCustomer, link, newIban, untilAccount } from '../support/bank-links.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
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

describe('A link whose worker is killed (SIGKILL)', () => {
  it.each(pointsOfTheDay(bankLinkCrashPoints))(
    'at %s ends as if nothing had happened',
    async (point) => {
      const { client } = await knownCustomer(coffer, vault)
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const crashed = coffer.worker.ended().then(() => coffer.worker.start())
      const id = idOf(await link(client, newIban('a')))
      await crashed
      const linked = await untilAccount(client, id, 'linked')
      expect(eventsOf(linked)).toEqual(['bank_link.verifying', 'bank_link.holder_matched', 'bank_link.linked'])
      await expectEverythingSettled(coffer)
    },
    POINT_MS_MAX
  )
})
