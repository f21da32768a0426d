import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes, randomUUID } from 'node:crypto'
import { onboardingCrashPoints } from '../../activities/crash-points.ts'
import { createVault, type Vault } from '../../store/vault.ts'
import { apply, give, kycOf, registerApplicant, untilState, type Applicant } from '../support/applicants.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { openEngine, type Engine } from '../support/engine.ts'

const masterKey = randomBytes(32)

let coffer: Coffer
let vault: Vault
let engine: Engine
beforeAll(async () => {
  coffer = await startCoffer({ masterKey })
  vault = createVault(masterKey)
  engine = openEngine(coffer, masterKey)
})
afterEach(async () => {
  if (!coffer.worker.running) await coffer.worker.start()
})
afterAll(async () => {
  await engine?.close()
  await coffer?.stop()
})

const idOf = ({ body }: Answered): string => String(body['id'])
const eventsOf = ({ body }: Answered): string[] => (body['timeline'] as { type: string }[]).map(({ type }) => type)
const nobody = () => `Nadia ${randomBytes(4).toString('hex')}`
const customerOf = async ({ client, customerId }: Applicant) => (await client.get(`/v1/customers/${customerId}`)).body

describe('The run of an application', () => {
  it('holds no name, birth date, document, address or finding of a listed name', async () => {
    const name = `Sanctioned ${nobody()}`
    const kyc = kycOf(name)
    const applicant = await registerApplicant(coffer, vault)
    const id = idOf(await apply(applicant.client))
    await give(applicant.client, id, kyc)
    await untilState(applicant.client, id, 'in_review')
    const said = await engine.decodedHistory(`onboarding/${id}`)
    expect(said).toContain(applicant.customerId)
    for (const secret of [name, kyc.birth_date, kyc.document.number, kyc.selfie_sha256, applicant.email])
      expect(said).not.toContain(secret)
  })

  it.each(pointsOfTheDay(onboardingCrashPoints))(
    'whose worker is killed (SIGKILL) at %s ends as if nothing had happened',
    async (point) => {
      const applicant = await registerApplicant(coffer, vault)
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const key = randomUUID()
      const crashed = coffer.worker.ended().then(() => coffer.worker.start())
      const id = idOf(await apply(applicant.client, 1, key))
      await give(applicant.client, id, kycOf(nobody()))
      await crashed
      const over = await untilState(applicant.client, id, 'approved')
      expect(eventsOf(over)).toEqual([
        'onboarding.collecting',
        'onboarding.submitted',
        'onboarding.verifying',
        'onboarding.approved'
      ])
      expect(await customerOf(applicant)).toMatchObject({ tier: 1, state: 'active' })
    },
    120_000
  )
})
