import type { PasswordResetId } from '../domain/ids.ts'
import type { Verification } from '../store/verification.ts'
import { searchAttributes } from '../temporal/search-attribute-keys.ts'
import type { ApiDeps } from './deps.ts'

/** A code, and to whom it goes as far as that is known. */
type Sendable =
  Pick<Verification, 'id' | 'customerId' | 'channel'> | { readonly id: PasswordResetId; readonly channel: string }

/**
 * Starts the run that hands a code to the notifier; call it after the code is committed. When Temporal is away the sweeper
 * starts it later.
 */
export const createCodeSender =
  ({ processes, logger }: Pick<ApiDeps, 'processes' | 'logger'>) =>
  async (code: Sendable): Promise<void> => {
    const customerId = 'customerId' in code ? code.customerId : undefined
    const launched = await processes.launch({
      type: 'deliver-code',
      id: code.id,
      order: { id: code.id, customer_id: customerId },
      summary: `a code by ${code.channel}`,
      searchAttributes: customerId === undefined ? [] : [{ key: searchAttributes.customerRef, value: customerId }]
    })
    if (launched !== 'started') logger.warn({ code: code.id, launched }, 'the code waits for the sweeper')
  }
