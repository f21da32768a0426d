import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { businessCrashPoints } from '../../activities/crash-points.ts'
import { untilState } from '../support/applicants.ts'
import {
  appliedBusiness,
  businessOf,
  giveAsBusiness,
  kybOf,
  noBusiness,
  applyAsBusiness
} from '../support/businesses.ts'
import type { Answered } from '../support/client.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { openEngine, type Engine } from '../support/engine.ts'
import { pointsOfTheDay } from '../support/points-of-the-day.ts'
import { expectEverythingSettled } from '../support/settled.ts'

const masterKey = randomBytes(32)

let coffer: Coffer
let engine: Engine
beforeAll(async () => {
  coffer = await startCoffer({ masterKey })
  engine = openEngine(coffer, masterKey)
})
afterEach(async () => {
  if (!coffer.worker.running) await coffer.worker.start()
})
afterAll(async () => {
  await engine?.close()
  await coffer?.stop()
})

const eventsOf = ({ body }: Answered): string[] => (body['timeline'] as { type: string }[]).map(({ type }) => type)

describe('The run of a business’s application', () => {
  it('holds no name, address, number or paper of the business or its people, and events and logs hold none either', async () => {
    const said = businessOf(`Sanctioned ${noBusiness()}`)
    const kyb = kybOf()
    const merchantId = String((await coffer.service.post('/v1/merchants', said)).body['id'])
    const id = String((await applyAsBusiness(coffer.service, merchantId)).body['id'])
    await giveAsBusiness(coffer.service, id, kyb)
    await untilState(coffer.service, id, 'in_review')
    const [owner] = kyb.beneficial_owners
    const secrets = [
      said.legal_name,
      said.registration_number,
      said.contact_email,
      owner!.name,
      owner!.birth_date,
      owner!.document.number,
      kyb.representative.name,
      kyb.settlement_account.iban
    ]
    const { rows } = await coffer.pool.query<{ all: string }>(
      `select concat((select json_agg(e)::text from event e where object_id = $1), (select json_agg(o)::text from onboarding o where id = $1),
        (select json_agg(d)::text from decision d where process_id = $1), (select json_agg(a)::text from audit_log a)) as all`,
      [id]
    )
    const told = `${await engine.decodedHistory(`onboarding/${id}`)}${rows[0]!.all}`
    expect(told).toContain(merchantId)
    for (const secret of secrets) expect(told).not.toContain(secret)
  })

  it.each(pointsOfTheDay(businessCrashPoints))(
    'whose worker is killed (SIGKILL) at %s ends as if nothing had happened',
    async (point) => {
      await coffer.worker.stop()
      await coffer.worker.start({ CRASH_AT: point })
      const crashed = coffer.worker.ended().then(() => coffer.worker.start())
      const { id, merchantId } = await appliedBusiness(coffer.service, noBusiness())
      await crashed
      const over = await untilState(coffer.service, id, 'approved')
      expect(eventsOf(over)).toEqual([
        'onboarding.collecting',
        'onboarding.submitted',
        'onboarding.verifying',
        'onboarding.approved'
      ])
      expect((await coffer.service.get(`/v1/merchants/${merchantId}`)).body).toMatchObject({ state: 'active' })
      await expectEverythingSettled(coffer)
    },
    120_000
  )
})
