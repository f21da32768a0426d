import type { CardLinkState } from '../domain/card-link.ts'
import type { ProblemCode } from '../domain/errors.ts'
import { idOf } from '../domain/ids.ts'
import type { DecisionOutcome } from '../domain/orders.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { findCardDetails } from '../store/card-details.ts'
import { findCardLink, getCardLink, readCardLinkFacts, type CardLink } from '../store/card-link.ts'
import { findFirstVersion } from '../store/event.ts'
import { isCardTaken } from '../store/personal.ts'
import { readBusinessNow } from '../store/process.ts'
import { advance } from './advance.ts'
import {
  toCardLinkProgress,
  type CardLinkAccepted,
  type CardLinkProgress,
  type CardLinkStart
} from './card-link-progress.ts'
import * as units from './card-link-units.ts'
import { carryOut, pendingDecisions } from './carry-out.ts'
import type { ActivityDeps } from './deps.ts'
import { settle } from './settle.ts'

type CardLinkDecided = DecisionOutcome<CardLinkState> & { readonly progress: CardLinkProgress }

/** The steps of a card link that touch only our own records; each is one unit of work, and safe to repeat. */
export function cardLinkActivities({ db, ledger, vault }: Pick<ActivityDeps, 'db' | 'ledger' | 'vault'>) {
  const progressOf = async (id: string): Promise<CardLinkProgress> => toCardLinkProgress(await getCardLink(db, id))

  const step = async (
    { id, fingerprint }: CardLinkStart,
    name: string,
    partFor: (link: CardLink) => UnitPart
  ): Promise<CardLinkProgress> => {
    const { seen } = await advance(
      ledger,
      { key: `${id}:${name}`, fingerprint },
      () => getCardLink(db, id),
      (link) => (link.state === 'verifying' ? partFor(link) : undefined)
    )
    return toCardLinkProgress(seen)
  }

  const fail = (start: CardLinkStart, code: ProblemCode) => step(start, 'fail', (link) => units.failedPart(link, code))

  return {
    /** Takes the link in, or ends it before the acquirer is asked. */
    openCardLink: async (start: CardLinkStart): Promise<CardLinkAccepted> => {
      const there = await findCardLink(db, start.id)
      if (!there) {
        const begun = await newCardLink(db, start)
        const settled = await settle(ledger, async () =>
          units.openUnit(start, begun, await readCardLinkFacts(db, begun.customerId))
        )
        if (settled.kind === 'refused') await settle(ledger, async () => units.refusedUnit(start, begun, settled.code))
      }
      const progress = await progressOf(start.id)
      return there ? { ...progress, first_version: await findFirstVersion(db, start.id) } : progress
    },

    /** Makes the card the customer's; or not, when it is one of theirs already. */
    linkCard: async (start: CardLinkStart, acquirerReference: string): Promise<CardLinkProgress> => {
      const details = await findCardDetails(db, vault, { id: start.id, customerId: start.order.customer_id })
      // Erased meanwhile.
      if (!details) return fail(start, 'card_token_invalid')
      const { brand, funding, expiry } = details
      try {
        return await step(start, 'link', (link) =>
          units.linkedPart(link, { brand, funding, expiry }, acquirerReference)
        )
      } catch (error) {
        if (!isCardTaken(error)) throw error
        return fail(start, 'card_already_linked')
      }
    },

    /** The acquirer has said no, or never received it. */
    failCardLink: (start: CardLinkStart, code: ProblemCode): Promise<CardLinkProgress> => fail(start, code),

    /** The plan has ended, and nobody knows whether the card is good. */
    expireCardLink: (start: CardLinkStart): Promise<CardLinkProgress> => step(start, 'expire', units.expiredPart),

    cancelCardLink: async ({ id: processId }: CardLinkStart, decisionId: string): Promise<CardLinkDecided> => {
      const settled = await carryOut({ db, ledger }, { processId, decisionId }, async ({ actor }) =>
        units.canceledPart(await getCardLink(db, processId), actor)
      )
      return { ...settled, progress: await progressOf(processId) }
    },

    readCardLink: ({ id }: CardLinkStart): Promise<CardLinkProgress> => progressOf(id),

    listCardLinkDecisions: pendingDecisions(db)
  }
}

const newCardLink = async (db: ActivityDeps['db'], { id, order }: CardLinkStart): Promise<CardLink> => ({
  id: idOf('crd', id),
  state: 'verifying',
  version: 0,
  customerId: idOf('cus', order.customer_id),
  card: null,
  declineCode: null,
  acquirerReference: null,
  sentAt: null,
  createdAt: await readBusinessNow(db)
})
