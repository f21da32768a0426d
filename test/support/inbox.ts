import { waitUntil } from '../../local/wait-until.ts'
import type { Coffer } from './coffer.ts'

/** A message as the sandbox's notifier has taken it. */
export interface Message {
  readonly channel: string
  readonly subject: string
  readonly text: string
}

/** Everything that came for an address, oldest first. */
export async function inbox({ sandbox }: Pick<Coffer, 'sandbox'>, to: string): Promise<Message[]> {
  const response = await sandbox.admin('GET', `/inbox?to=${encodeURIComponent(to)}`)
  return ((await response.json()) as { data: Message[] }).data
}

/** Waits for a message with such a subject. */
export const told = (coffer: Pick<Coffer, 'sandbox'>, to: string, subject: RegExp): Promise<void> =>
  waitUntil(async () => (await inbox(coffer, to)).some((each) => subject.test(each.subject)), {
    limitMs: 60_000,
    otherwise: `nobody told ${to}: ${subject}`
  })
