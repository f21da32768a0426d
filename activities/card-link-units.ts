import { cardLinkRefusal } from '../domain/card-acceptance.ts'
import { cardLinkStates } from '../domain/card-link.ts'
import { Refusal, type ProblemCode } from '../domain/errors.ts'
import type { UnitOfWork, UnitPart } from '../ledger/unit-of-work.ts'
import {
  toCardLinkRow,
  toCardLinkView,
  turnCounter,
  type CardKind,
  type CardLink,
  type readCardLinkFacts
} from '../store/card-link.ts'
import type { CardLinkStart } from './card-link-progress.ts'
import { createRecordWrite } from './record-write.ts'

type Facts = Awaited<ReturnType<typeof readCardLinkFacts>>

const cardLinkWrite = createRecordWrite({
  kind: 'card-link',
  states: cardLinkStates,
  owners: ({ customerId }: CardLink) => ({ customerId }),
  view: toCardLinkView,
  row: (link) => ({ ...toCardLinkRow(link), linked: link.state === 'linked' }),
  tasks: true
})

/** Taken in, or refused before the acquirer is asked; customers' links are taken in one after the other. */
export function openUnit(start: CardLinkStart, link: CardLink, facts: Facts): UnitOfWork {
  const unit = { key: `${start.id}:open`, fingerprint: start.fingerprint }
  const refusal = cardLinkRefusal(facts, start.policy.card_link)
  if (refusal) return { ...unit, guards: [{ kind: 'refuse', ...refusal }] }
  return {
    ...unit,
    guards: [{ kind: 'unmoved', counter: turnCounter(link.customerId), seen: facts.turn }],
    records: [cardLinkWrite(undefined, link, ['verifying'], { order: start, actor: start.actor })]
  }
}

/** The record of a link that is not begun. */
export const refusedUnit = (start: CardLinkStart, link: CardLink, code: ProblemCode): UnitOfWork => ({
  key: `${start.id}:refuse`,
  fingerprint: start.fingerprint,
  records: [
    cardLinkWrite(undefined, { ...link, declineCode: code }, ['verifying', 'failed'], {
      order: start,
      actor: start.actor
    })
  ]
})

/** The mark that the acquirer may have it from now on; made before the first byte leaves. */
export const sendPart = (link: CardLink, sentAt: Date): UnitPart => ({
  records: [cardLinkWrite(link, { ...link, sentAt }, [], { event: 'card_link.sent' })]
})

/** The connection was refused: the acquirer certainly does not have it, so the mark is taken back. */
export const undeliveredPart = (link: CardLink): UnitPart => ({
  records: [cardLinkWrite(link, { ...link, sentAt: null }, [], { event: 'card_link.undelivered' })]
})

export const linkedPart = (link: CardLink, card: CardKind, acquirerReference: string): UnitPart => ({
  records: [cardLinkWrite(link, { ...link, card, acquirerReference }, ['linked'])]
})

export const failedPart = (link: CardLink, declineCode: ProblemCode): UnitPart => ({
  records: [cardLinkWrite(link, { ...link, declineCode }, ['failed'])]
})

/** Nobody could say for a day; nothing was moved, so nobody has to find out. */
export const expiredPart = (link: CardLink): UnitPart => ({ records: [cardLinkWrite(link, link, ['expired'])] })

export const canceledPart = (link: CardLink, actor: string): UnitPart | Refusal =>
  link.state === 'verifying'
    ? { records: [cardLinkWrite(link, link, ['canceled'], { actor })] }
    : new Refusal('state_conflict', { state: link.state })
