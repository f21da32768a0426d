import { inTransaction } from '../db/in-transaction.ts'
import { Refusal } from '../domain/errors.ts'
import type { CustomerId } from '../domain/ids.ts'
import { appendAudit } from '../store/audit.ts'
import { isPassword } from '../store/passwords.ts'
import { findCustomerByLogin, loginIndex } from '../store/personal.ts'
import { createRateLimit } from '../store/rate-limits.ts'
import { openSession, type OpenedSession } from '../store/sessions.ts'
import type { ApiDeps } from './deps.ts'

interface Attempt {
  readonly login: string
  readonly password: string
  readonly address: string
  readonly requestId: string
}

/** From how many addresses one log-in may be guessed at once before everyone has to wait: a botnet, not a family. */
const ADDRESSES_PER_LOGIN = 10

/**
 * Opens a session for e-mail address or phone number and password. Tries are counted before anything is looked at, by
 * address, by log-in name and address, and by log-in name alone; a right password takes its own tries back.
 */
export function createSignIn({ db, pool, policy, vault }: Pick<ApiDeps, 'db' | 'pool' | 'policy' | 'vault'>) {
  const { login_failures, login_per_address, refresh_token_ms } = policy.access
  const byAddress = createRateLimit(pool, 'login-address', login_per_address)
  const byBoth = createRateLimit(pool, 'login', login_failures)
  const byLogin = createRateLimit(pool, 'login-anywhere', {
    ...login_failures,
    max: login_failures.max * ADDRESSES_PER_LOGIN
  })

  return async ({ login, password, address, requestId }: Attempt): Promise<OpenedSession> => {
    const account = loginIndex(vault, login)
    const here = `${account}:${address}`
    await byAddress.take(address)
    await byBoth.take(here)
    await byLogin.take(account)
    const customerId = await findCustomerByLogin(db, vault, login)
    const right = await isPassword(db, customerId, password)
    if (!right || customerId === undefined) {
      await appendAudit(db, { actor: 'anyone', action: 'session.refused', object: customerId ?? '', requestId })
      throw new Refusal('invalid_credentials')
    }
    await Promise.all([byBoth.reset(here), byLogin.reset(account)])
    return inTransaction(db, (transaction) => open(transaction, customerId))

    async function open(transaction: Parameters<typeof openSession>[0], id: CustomerId): Promise<OpenedSession> {
      const session = await openSession(transaction, id, refresh_token_ms)
      await appendAudit(transaction, { actor: id, action: 'session.opened', object: session.id, requestId })
      return session
    }
  }
}
