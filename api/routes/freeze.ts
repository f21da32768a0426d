import { z } from 'zod'
import { Refusal } from '../../domain/errors.ts'
import { appendAudit } from '../../store/audit.ts'
import { closeDebitTasks } from '../../store/debit-report.ts'
import { addNotice } from '../../store/notices.ts'
import { findWallet, freezeWallet, thawWallet, type Wallet } from '../../store/wallet.ts'
import type { ApiDeps } from '../deps.ts'
import { mustEnterPin } from '../enter-pin.ts'
import { createMustKnowPassword } from '../know-password.ts'
import { route, type Route } from '../route.ts'
import { id } from '../schemas.ts'
import { withBalance } from '../wallet-reply.ts'
import { FreezeRequest, ThawRequest, WalletReply } from '../wallet-schemas.ts'

const params = z.strictObject({ id: id('wal') })
const shared = { params, reply: WalletReply, status: 200, idempotency: 'stored' } as const

/** A wallet that nothing leaves: at one call, by anybody who may suspect something; back only by who can prove themselves. */
export const freezeRoutes = (deps: ApiDeps): Route[] => [freeze(deps), thaw(deps)]

const freeze = ({ db }: ApiDeps): Route =>
  route.post(
    '/wallets/{id}/freeze',
    {
      ...shared,
      summary: 'Freeze a wallet, at once',
      description:
        'New payments, withdrawals and top-ups are declined; what was held or sent before goes its way, and money may ' +
        'still come in.',
      body: FreezeRequest,
      callers: { customer: 'own', service: 'any', support: 'any', reviewer: 'any', finance: 'any' },
      scope: 'wallets:freeze',
      errors: ['state_conflict']
    },
    async ({ params, body, caller, transaction, principal, requestId }) => {
      const by = caller.kind === 'operator' ? 'operator' : 'owner'
      const wallet = await freezeWallet(transaction, params.id, by)
      await addNotice(transaction, wallet.customerId, 'wallet_frozen', wallet.id, `${wallet.id}:${requestId}`)
      const data = { by, ...(body.reason !== undefined && { reason: body.reason }) }
      await appendAudit(transaction, { actor: principal, action: 'wallet.frozen', object: params.id, requestId, data })
      return withBalance(transaction, wallet)
    },
    { before: async (call) => void call.mustOwn(await existing(db, call.params.id)) }
  )

const thaw = (deps: ApiDeps): Route => {
  const { db, vault, policy } = deps
  const mustKnowPassword = createMustKnowPassword(deps)
  return route.post(
    '/wallets/{id}/thaw',
    {
      ...shared,
      summary: 'Thaw a frozen wallet',
      description:
        'Its owner proves by PIN and password who they are; what an operator froze, a reviewer or finance thaws, with a ' +
        'reason.',
      body: ThawRequest,
      callers: { customer: 'own', reviewer: 'any', finance: 'any' },
      scope: 'wallets:thaw',
      errors: ['forbidden', 'state_conflict', 'confirmation_failed', 'pin_locked', 'invalid_credentials']
    },
    async ({ params, body, caller, transaction, principal, requestId }) => {
      const wallet = await thawWallet(transaction, params.id, caller.kind === 'operator' ? 'operator' : 'owner')
      await addNotice(transaction, wallet.customerId, 'wallet_thawed', wallet.id, `${wallet.id}:${requestId}`)
      if (caller.kind === 'operator') await closeDebitTasks(transaction, wallet.customerId)
      const data = body.reason === undefined ? {} : { reason: body.reason }
      await appendAudit(transaction, { actor: principal, action: 'wallet.thawed', object: params.id, requestId, data })
      return withBalance(transaction, wallet)
    },
    {
      before: async ({ params, body, caller, mustOwn }) => {
        const wallet = await existing(db, params.id)
        mustOwn(wallet)
        if (wallet.state !== 'frozen') throw new Refusal('state_conflict', { state: wallet.state })
        if (caller.kind !== 'customer') return mustSay(body.reason)
        if (wallet.frozenBy === 'operator') throw new Refusal('forbidden')
        await mustKnowPassword(caller.customerId, body.password ?? '')
        await mustEnterPin({ db, vault, policy }, caller.customerId, body.pin ?? '')
      }
    }
  )
}

/** @throws {Refusal} `not_found` */
async function existing(db: ApiDeps['db'], walletId: string): Promise<Wallet> {
  const wallet = await findWallet(db, walletId)
  if (!wallet) throw new Refusal('not_found')
  return wallet
}

function mustSay(reason: string | undefined): void {
  if (reason !== undefined) return
  throw new Refusal('invalid_request', { errors: [{ pointer: '/reason', message: 'operators say why' }] })
}
