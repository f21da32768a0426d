import { inTransaction } from '../db/in-transaction.ts'
import { Refusal } from '../domain/errors.ts'
import { appendAudit } from '../store/audit.ts'
import { addDevice, findDeviceByToken, hadDevice, markDeviceSeen, type Device } from '../store/devices.ts'
import { addNotice } from '../store/notices.ts'
import { isPassword } from '../store/passwords.ts'
import { findCustomerByLogin, loginIndex } from '../store/login-names.ts'
import { createRateLimit } from '../store/rate-limits.ts'
import { openSession, type OpenedSession } from '../store/sessions.ts'
import type { ApiDeps } from './deps.ts'
import { createLogInFactor, type GivenWithLogIn } from './log-in-factor.ts'

interface Attempt extends GivenWithLogIn {
  readonly login: string
  readonly password: string
  readonly device?: { readonly token?: string | undefined; readonly name: string } | undefined
  readonly address: string
  readonly requestId: string
}

/** A session, and where it was opened from; `token` is of a device that was not known before. */
export interface SignedIn {
  readonly session: OpenedSession
  readonly device?: (Pick<Device, 'id' | 'name'> & { readonly token?: string }) | undefined
}

/** From how many addresses one log-in may be guessed at once before everyone has to wait: a botnet, not a family. */
const ADDRESSES_PER_LOGIN = 10

/**
 * Opens a session for e-mail address or phone number and password. Tries are counted before anything is looked at, by
 * address, by log-in name and address, and by log-in name alone; a right password takes its own tries back. A device that
 * is not known has to prove more, see `log-in-factor.ts`; one that has proved it, and says that it is one, is known then.
 */
export function createSignIn(deps: Pick<ApiDeps, 'db' | 'pool' | 'policy' | 'vault' | 'processes' | 'logger'>) {
  const { db, pool, policy, vault } = deps
  const { login_failures, login_per_address, refresh_token_ms } = policy.access
  const byAddress = createRateLimit(pool, 'login-address', login_per_address)
  const byBoth = createRateLimit(pool, 'login', login_failures)
  const byLogin = createRateLimit(pool, 'login-anywhere', {
    ...login_failures,
    max: login_failures.max * ADDRESSES_PER_LOGIN
  })
  const mustProveMore = createLogInFactor(deps)

  return async ({ login, password, device: from, address, requestId, ...given }: Attempt): Promise<SignedIn> => {
    const account = loginIndex(vault, login)
    const here = `${account}:${address}`
    await byAddress.take(address)
    await byBoth.take(here)
    await byLogin.take(account)
    const found = await findCustomerByLogin(db, vault, login)
    const right = await isPassword(db, found, password)
    if (!right || found === undefined) {
      await appendAudit(db, { actor: 'anyone', action: 'session.refused', object: found ?? '', requestId })
      throw new Refusal('invalid_credentials')
    }
    const customerId = found
    await Promise.all([byBoth.reset(here), byLogin.reset(account)])
    const known = from?.token === undefined ? undefined : await findDeviceByToken(db, vault, customerId, from.token)
    await mustProveMore(customerId, known !== undefined, given).catch(async (error: unknown) => {
      const data = { reason: 'second_factor' }
      if (error instanceof Refusal && error.code === 'second_factor_failed')
        await appendAudit(db, { actor: 'anyone', action: 'session.refused', object: customerId, requestId, data })
      throw error
    })
    return inTransaction(db, async (transaction) => {
      const device = known ?? (await firstSeen(transaction, from))
      if (known) await markDeviceSeen(transaction, known.id)
      const session = await openSession(transaction, customerId, refresh_token_ms, device?.id)
      const data = device ? { device_id: device.id } : {}
      await appendAudit(transaction, {
        actor: customerId,
        action: 'session.opened',
        object: session.id,
        requestId,
        data
      })
      return { session, device }
    })

    async function firstSeen(transaction: Parameters<typeof addDevice>[0], named: Attempt['device']) {
      if (!named) return undefined
      // Of the first one there is nobody to be warned.
      if (await hadDevice(transaction, customerId)) await addNotice(transaction, customerId, 'device_added')
      const device = await addDevice(transaction, vault, customerId, named.name)
      await appendAudit(transaction, { actor: customerId, action: 'device.added', object: device.id, requestId })
      return device
    }
  }
}
