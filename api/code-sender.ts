import type { Verification } from '../store/verification.ts'
import { searchAttributes } from '../temporal/search-attribute-keys.ts'
import type { ApiDeps } from './deps.ts'

/**
 * Starts the run that hands a code to the notifier; call it after the code is committed. When Temporal is away the sweeper
 * starts it later.
 */
export const createCodeSender =
  ({ processes, logger }: Pick<ApiDeps, 'processes' | 'logger'>) =>
  async ({ id, customerId, channel }: Pick<Verification, 'id' | 'customerId' | 'channel'>): Promise<void> => {
    const launched = await processes.launch({
      type: 'deliver-code',
      id,
      order: { id, customer_id: customerId },
      summary: `a code by ${channel}`,
      searchAttributes: [{ key: searchAttributes.customerRef, value: customerId }]
    })
    if (launched !== 'started') logger.warn({ verification: id, launched }, 'the code waits for the sweeper')
  }
