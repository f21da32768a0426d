import { expect } from '@jest/globals'
import { eventDataOf } from '../../api/event-catalogue.ts'
import { isEventType } from '../../domain/event-types.ts'
import type { Coffer } from './coffer.ts'

/** Only the first ones are shown: a schema that does not fit is not met once. */
const SHOWN_MAX = 10

/** E-mail addresses, IBANs and telephone numbers, whoever's they are: there is no other text in events that looks like one. */
const PERSONAL = [/[\w.+-]+@[\w-]+\.\w+/, /\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b/, /\+\d{8,15}\b/]

/** Every event that was written is in the catalogue, its data is what the catalogue says, and nobody is named in it. */
export async function expectEventsToFit({ db }: Pick<Coffer, 'db'>): Promise<void> {
  const events = await db.selectFrom('event').select(['id', 'type', 'data']).execute()
  const off = events.flatMap(({ id, type, data }) => faultsOf(type, data).map((fault) => `${type} ${id}: ${fault}`))
  expect(off.slice(0, SHOWN_MAX)).toEqual([])
}

function faultsOf(type: string, data: unknown): string[] {
  if (!isEventType(type)) return ['is no type of event']
  const parsed = eventDataOf(type).safeParse(data)
  const broken = parsed.success ? [] : parsed.error.issues.map((issue) => `/${issue.path.join('/')} ${issue.message}`)
  const named = PERSONAL.flatMap((pattern) => pattern.exec(JSON.stringify(data))?.[0] ?? [])
  return [...broken, ...named.map((text) => `holds ${text}`)]
}
