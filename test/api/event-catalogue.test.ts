import { expect, it } from '@jest/globals'
import { expectEventsToFit } from '../support/events.ts'
import { insertEvent, withOwners } from '../support/write-event.ts'
import { newId, startApi } from './api-under-test.ts'

it('What every story ends with sees an event that is no type, one that breaks its schema, and one that names somebody', async () => {
  const other = await startApi()
  const { db } = other.deps
  await expectEventsToFit({ db })
  const data = { id: newId('dsp'), object: 'dispute', state: 'won', reason: 'ada@example.org' }
  await withOwners(other.ownerUrl, 1, async (owner) => {
    await insertEvent(owner, 'payment.paid', newId('pay'))
    await insertEvent(owner, 'dispute.won', newId('dsp'), { data })
  })
  const told = await expectEventsToFit({ db }).then(
    () => '',
    (error: Error) => error.message
  )
  for (const fault of ['payment.paid', 'is no type of event', '/payment_id', 'holds ada@example.org'])
    expect(told).toContain(fault)
  await other.stop()
})
