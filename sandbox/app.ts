import express, { type Express } from 'express'
import { currency } from '../domain/currencies.ts'
import { createAcquirer } from './acquirer.ts'
import { acquirerRoutes, tokenRoutes } from './acquirer-routes.ts'
import { createAccountChecks } from './account-checks.ts'
import { accountRoutes } from './account-routes.ts'
import { adminRoutes } from './admin-routes.ts'
import { requireAdminKey, requireSignature } from './authenticate.ts'
import { createBank } from './bank.ts'
import { bankRoutes } from './bank-routes.ts'
import { billAdminRoutes, billerRoutes } from './biller-routes.ts'
import { createBillerNetwork } from './billers.ts'
import { bankNames } from './bank-types.ts'
import { createCallbacks } from './callbacks.ts'
import { createClock } from './clock.ts'
import { createIdentityBureau } from './identity-bureau.ts'
import { identityRoutes } from './identity-routes.ts'
import { notifierRoutes } from './notifier-routes.ts'
import { answerErrors, SandboxRefusal } from './refusal.ts'
import { screeningRoutes } from './screening-routes.ts'
import { ownIban } from './statement.ts'
import { createWebhookReceivers } from './webhook-receiver.ts'
import type { World } from './world.ts'

interface SandboxOptions {
  readonly adminKey: string
  /** Ed25519 public key, SPKI in base64: who may instruct the banks and ask the others. */
  readonly clientKey: string
  /** `whsec_…`, Standard Webhooks. */
  readonly callbackSecret: string
  readonly bankBDelayMs: number
}

interface Sandbox {
  readonly app: Express
  /** Settles what fell due while the sandbox was down, and makes the calls that are still to be made. */
  resume(): void
  stop(): void
}

/** Our money at each bank before anything happened: 1,000,000.00 USD. */
const OPENING_CAPITAL = '100000000'

/** The outside world as an Express application; it knows the product only by its public key and its address. */
export function createSandbox(world: World, options: SandboxOptions): Sandbox {
  const stop = new AbortController()
  const stopping = stop.signal
  openAccounts(world)
  const callbacks = createCallbacks({ world, secret: options.callbackSecret, stopping })
  const clock = createClock(world, () => [...Object.values(banks), acquirer, billers, bureau, checks], callbacks)
  const shared = { world, callbacks, onPending: clock.expect, stopping }
  const banks = {
    a: createBank('a', { ...shared, settleAfterMs: 0 }),
    b: createBank('b', { ...shared, settleAfterMs: options.bankBDelayMs })
  }
  const acquirer = createAcquirer(shared)
  const billers = createBillerNetwork(shared)
  const bureau = createIdentityBureau(shared)
  const checks = createAccountChecks({ ...shared, bankBDelayMs: options.bankBDelayMs })
  const receivers = createWebhookReceivers(stopping)
  const signed = requireSignature(options.clientKey)

  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.get('/livez', (_request, response) => void response.json({ status: 'ok' }))
  // What a payee shows against a chargeback: at most ten files of 1 MiB, in Base64.
  app.use('/acquirer/instructions', express.raw({ type: () => true, limit: '15mb' }))
  app.use(express.raw({ type: () => true, limit: '100kb' }))
  app.use('/banks', signed, bankRoutes(world, banks), accountRoutes(world, checks))
  app.use('/acquirer/tokens', tokenRoutes(world, acquirer))
  app.use('/acquirer', signed, acquirerRoutes(world, acquirer))
  app.use('/billers', signed, billerRoutes(world, billers))
  app.use('/notifications', signed, notifierRoutes(world))
  app.use('/identity', signed, identityRoutes(world, bureau))
  app.use('/screening', signed, screeningRoutes(world))
  const admin = requireAdminKey(options.adminKey)
  app.use('/webhook-receivers', receivers.routes)
  app.use('/admin/webhook-receivers', admin, receivers.admin)
  app.use('/admin', admin, billAdminRoutes(world), adminRoutes({ world, banks, acquirer, clock, callbacks }))
  app.use(() => {
    throw new SandboxRefusal(404, 'not_found', 'there is no such route')
  })
  app.use(answerErrors)
  return {
    app,
    resume() {
      clock.start()
      callbacks.resume()
      // The API may have missed how far the clock has moved; the total can be said again without harm.
      if (world.offsetMs > 0) void callbacks.announceClock()
    },
    stop() {
      clock.stop()
      stop.abort()
    }
  }
}

const openAccounts = (world: World): void => {
  for (const bank of bankNames) {
    if (world.banks[bank].journal.length > 0) continue
    world.record({
      type: 'booked',
      bank,
      bank_reference: 'opening',
      line: {
        seq: 1,
        reference: 'opening',
        operation: 'opening',
        iban: ownIban(bank),
        amount: OPENING_CAPITAL,
        currency: currency('USD'),
        direction: 'in',
        booked_at: new Date(world.now()).toISOString()
      }
    })
  }
}
