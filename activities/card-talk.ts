import type { CurrencyCode } from '../domain/currencies.ts'
import type { OutsideFunding } from '../domain/funding.ts'
import type { CustomerId } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { Start } from '../domain/orders.ts'
import type { BankPolicy } from '../domain/policy/index.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { lockCard } from '../store/card.ts'
import { findPersonalValue } from '../store/personal.ts'
import type { BankAnswer, BankInquiry } from './bank-words.ts'
import type { ActivityDeps } from './deps.ts'
import { createSendOnce, marksOf } from './send-once.ts'

/** What of a record its instruction to the acquirer is made of. */
interface Charged {
  readonly id: string
  readonly state: string
  readonly customerId: CustomerId
  readonly funding: OutsideFunding
  readonly currency: CurrencyCode
  readonly amount: bigint
  readonly sentAt: Date | null
}

/** How one kind of process has the acquirer take money from a card, and what it puts on record about it. */
interface Charge<Thing extends Charged> {
  /** The process's name in its crash points. */
  readonly kind: string
  /** `sale`: at once; `authorize`: captured later. */
  operationOf(thing: Thing): 'sale' | 'authorize'
  get(id: string): Promise<Thing>
  sendPart(thing: Thing, sentAt: Date): UnitPart
  undeliveredPart(thing: Thing): UnitPart
}

export type CardTalkDeps = Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'acquirer' | 'crash'>

type CardStart = Start<unknown, Pick<BankPolicy, 'send_timeout_ms' | 'inquiry_timeout_ms'>>

/** A process's words with the acquirer that takes its money from a card, under one reference: its own id. */
export function createCardTalk<Thing extends Charged>(
  { db, ledger, vault, acquirer, crash }: CardTalkDeps,
  { kind, operationOf, get, sendPart, undeliveredPart }: Charge<Thing>
) {
  const sendOnce = createSendOnce({ ledger, bank: acquirer, crash })

  return {
    /** Has the acquirer take it, or hold it; once. */
    send: async ({ id, fingerprint, policy }: CardStart): Promise<BankAnswer> => {
      const thing = await get(id)
      const { customerId: ownerId, funding } = thing
      const token = await findPersonalValue(db, vault, { ownerId, kind: 'card_token', reference: funding.id })
      // Unlinked since it was accepted: whoever unlinks looks for open orders first, and we wait for them here.
      const card = await lockCard(db, funding.id, 'share')
      if (card?.state !== 'linked' || token === undefined) return { kind: 'declined', code: 'account_closed' }
      return sendOnce({
        instruction: { operation: operationOf(thing), reference: id, token, money: toWire(thing) },
        fingerprint,
        timeoutMs: policy.send_timeout_ms,
        replied: `${kind}.send/reply`,
        ...marksOf(db, { get: () => get(id), state: 'processing', sendPart, undeliveredPart })
      })
    },

    /** Asks the acquirer what became of it; what it says, "unknown" included, is a value. */
    inquire: ({ id, policy }: CardStart): Promise<BankInquiry> =>
      acquirer.inquire(id, AbortSignal.timeout(policy.inquiry_timeout_ms))
  }
}
