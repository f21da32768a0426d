import type { Coffer } from './coffer.ts'
import { expectSoon, runOf } from './top-ups.ts'

/** Resolves once the network's answer is lost or late and the run waits for its next question. */
export const askingNetwork = (coffer: Coffer, id: string): Promise<void> =>
  expectSoon(async () => {
    const { attributes } = await runOf(coffer, `bill-payment/${id}`)
    return attributes['ProcessState'] === 'processing' && attributes['DeadlineAt'] !== undefined
  }, true)
