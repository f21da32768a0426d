import { idOf, type IdByPrefix } from './ids.ts'

/** What is told of an event. */
interface Told {
  readonly id: string
  readonly type: string
  readonly createdAt: Date
  readonly data: Readonly<Record<string, unknown>>
}

export interface WireEvent {
  readonly id: IdByPrefix['evt']
  readonly object: 'event'
  readonly type: string
  readonly created_at: string
  readonly data: Record<string, unknown>
}

/** An event as a reader gets it, by the list, the stream, or a webhook: the same everywhere. */
export const toWireEvent = (reader: string, { id, type, createdAt, data }: Told): WireEvent => ({
  id: idOf('evt', id),
  object: 'event',
  type,
  created_at: createdAt.toISOString(),
  data: dataFor(reader, data)
})

/**
 * What a reader is shown of an event's data. What a bank takes back from the payer is nothing to the merchant, who keeps
 * the money: a payment's later events say it to everyone else.
 * @param reader `merchant`, or whatever else they are.
 */
export function dataFor(reader: string, data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { returned: _, ...rest } = data
  return reader === 'merchant' && data['object'] === 'payment' ? rest : { ...data }
}
