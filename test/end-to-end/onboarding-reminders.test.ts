import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { createVault, type Vault } from '../../store/vault.ts'
import { apply, registerApplicant, untilState } from '../support/applicants.ts'
import { startCoffer, type Coffer } from '../support/coffer.ts'
import { inbox, told } from '../support/inbox.ts'
import { expectEverythingSettled } from '../support/settled.ts'

const DAY_MS = 86_400_000
const masterKey = randomBytes(32)

let coffer: Coffer
let vault: Vault
beforeAll(async () => {
  coffer = await startCoffer({ masterKey })
  vault = createVault(masterKey)
})
afterEach(() => expectEverythingSettled(coffer))
afterAll(() => coffer?.stop())

describe('An application in which something stays missing', () => {
  it('reminds on day 1, 3 and 6, and expires on day 7', async () => {
    const { client, email } = await registerApplicant(coffer, vault)
    const id = String((await apply(client)).body['id'])
    for (const [days, reminders] of [
      [1, 1],
      [2, 2],
      [3, 3]
    ] as const) {
      await coffer.advanceClock(days * DAY_MS)
      await client.until(
        `/v1/onboardings/${id}`,
        ({ timeline }) => JSON.stringify(timeline).split('onboarding.reminded').length - 1 === reminders
      )
    }
    await coffer.advanceClock(DAY_MS)
    const over = await untilState(client, id, 'expired')
    expect(over.body['requirements']).toMatchObject({
      currently_due: [],
      past_due: ['name', 'birth_date', 'document', 'selfie'],
      deadline: null
    })
    await told(coffer, email, /expired/)
    expect((await inbox(coffer, email)).filter(({ subject }) => /missing/.test(subject))).toHaveLength(3)
  })

  it('is told of it in the order in which it happened, also by a worker that was away over all of it', async () => {
    const { client, email } = await registerApplicant(coffer, vault)
    const id = String((await apply(client)).body['id'])
    await coffer.worker.kill9()
    await coffer.advanceClock(8 * DAY_MS)
    await coffer.worker.start()
    await untilState(client, id, 'expired')
    await told(coffer, email, /expired/)
    const subjects = (await inbox(coffer, email)).map(({ subject }) => subject)
    expect(subjects.filter((subject) => /missing/.test(subject))).toHaveLength(3)
    expect(subjects.at(-1)).toMatch(/expired/)
  })
})
