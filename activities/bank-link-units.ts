import { bankLinkStates, requirementOf, type BankLinkState, type HolderMatch } from '../domain/bank-link.ts'
import { Refusal, type ProblemCode } from '../domain/errors.ts'
import type { Guard, UnitOfWork, UnitPart } from '../ledger/unit-of-work.ts'
import { depositsBooked, toBankLinkRow, toBankLinkView, type BankLink } from '../store/bank-link.ts'
import type { Vault } from '../store/vault.ts'
import type { BankLinkStart } from './bank-link-progress.ts'
import { recoveryBegun } from './deposit-recovery-units.ts'
import { lossSteps, newRecovery } from './micro-deposit-units.ts'
import { createRecordWrite, type WriteExtra } from './record-write.ts'

/** What a bank link's first unit is decided on, beside the order. */
export interface LinkFacts {
  /** A kill switch is on for links at this bank. */
  readonly suspended: boolean
  /** `2026-11`, where the customer lives. */
  readonly month: string
}

/** The units of a bank link: what each step guards and writes, and, for micro-deposits, what moves when it ends. */
export function bankLinkUnits(start: BankLinkStart, vault: Vault) {
  const { write, over } = recordWrites(start, vault)
  const mustBeOpen = ({ state }: BankLink) =>
    state === 'verifying' ? undefined : new Refusal('state_conflict', { state })

  /** What the two micro-deposits cost comes back by a process of its own, which begins with this one's end. */
  const linked = (link: BankLink, now: Date, actor?: string): UnitPart => {
    const part = over(link, link, 'linked', { actor })
    if (link.deposits.length === 0) return part
    return { ...part, records: [...part.records!, recoveryBegun(start, newRecovery(vault, link, now))] }
  }

  return {
    write,
    over,

    open: (link: BankLink, facts: LinkFacts): UnitOfWork => {
      const unit = { key: `${start.id}:open`, fingerprint: start.fingerprint }
      if (facts.suspended) return { ...unit, guards: [{ kind: 'refuse', code: 'rail_suspended' }] }
      return {
        ...unit,
        guards: openGuards(start, link, facts),
        records: [write(undefined, link, ['verifying'], { actor: start.actor })]
      }
    },

    /** The record of a link that is not begun. */
    refused: (link: BankLink, code: ProblemCode): UnitOfWork => ({
      key: `${start.id}:refuse`,
      fingerprint: start.fingerprint,
      records: [write(undefined, { ...link, declineCode: code }, ['verifying', 'failed'], { actor: start.actor })]
    }),

    holderKnown: (link: BankLink, holderMatch: HolderMatch, now: Date): UnitPart => {
      const close = holderMatch === 'close'
      const since = close ? { askedSince: now } : { checkingSince: now }
      const event = close ? 'bank_link.holder_close' : 'bank_link.holder_matched'
      return { records: [write(link, { ...link, holderMatch, ...since }, [], { event })] }
    },

    /** The customer says that the account is theirs, though the bank writes the name otherwise. */
    holderConfirmed: (link: BankLink, actor: string, now: Date): UnitPart | Refusal => {
      const conflict = mustBeOpen(link)
      if (conflict) return conflict
      if (actor !== link.customerId) return new Refusal('forbidden')
      if (dueOf(link) !== 'confirm_holder') return new Refusal('state_conflict', { state: link.state })
      const after = { ...link, holderConfirmed: true, askedSince: null, checkingSince: now }
      return { records: [write(link, after, [], { event: 'bank_link.holder_confirmed', actor })] }
    },

    /** The two amounts as the customer has read them: right, wrong, or wrong once too often. */
    amountsTried: (link: BankLink, { actor, right, now }: { actor: string; right: boolean; now: Date }) => {
      const conflict = mustBeOpen(link)
      if (conflict) return conflict
      if (actor !== link.customerId) return new Refusal('forbidden')
      if (dueOf(link) !== 'verify_amounts') return new Refusal('state_conflict', { state: link.state })
      const tried = { ...link, tries: link.tries + 1 }
      if (right) return linked(link, now, actor)
      if (tried.tries >= start.policy.bank_link.tries_max)
        return over(link, { ...tried, declineCode: 'tries_exhausted' }, 'failed', { actor })
      return { records: [write(link, tried, [], { event: 'bank_link.amounts_wrong', actor })] }
    },

    /** An operator has the bank asked once more, now. */
    retried: (link: BankLink, actor: string): UnitPart | Refusal =>
      mustBeOpen(link) ?? { records: [write(link, link, [], { event: 'bank_link.retried', actor })] },

    linked,

    failed: (link: BankLink, code: ProblemCode): UnitPart => over(link, { ...link, declineCode: code }, 'failed'),

    expired: (link: BankLink): UnitPart => over(link, link, 'expired'),

    canceled: (link: BankLink, actor: string): UnitPart | Refusal =>
      mustBeOpen(link) ?? (isOnItsWay(link) ? unknownYet(link) : over(link, link, 'canceled', { actor }))
  }
}

const dueOf = (link: BankLink) => requirementOf({ ...link, depositsBooked: depositsBooked(link) })

/** The bank may have it, and has not said so: what it cost cannot be known before. */
const isOnItsWay = ({ deposits }: BankLink): boolean =>
  deposits.some(({ state, sent_at }) => state === 'held' && sent_at !== null)

const unknownYet = ({ state }: BankLink): Refusal =>
  new Refusal('state_conflict', {
    state,
    detail: 'a micro-deposit is on its way: try again once the bank has answered'
  })

function recordWrites(start: BankLinkStart, vault: Vault) {
  const linkWrite = createRecordWrite({
    kind: 'bank-link',
    states: bankLinkStates,
    owners: ({ customerId }: BankLink) => ({ customerId }),
    view: (link) => toBankLinkView(link, start.policy.bank_link),
    row: (link) => ({ ...toBankLinkRow(link), linked: link.state === 'linked' }),
    tasks: true
  })

  const write = (
    before: BankLink | undefined,
    after: BankLink,
    path: readonly BankLinkState[],
    extra: WriteExtra = {}
  ) => linkWrite(before, after, path, { ...extra, order: before === undefined ? start : undefined })

  /** However it ends, it does not count as under way any longer. */
  const over = (before: BankLink, after: BankLink, to: BankLinkState, extra: WriteExtra = {}): UnitPart => ({
    guards: [openCount(before, -1n)],
    postings: to === 'linked' ? [] : lossSteps(vault, before),
    records: [write(before, after, [to], extra)]
  })

  return { write, over }
}

const openCount = ({ customerId }: BankLink, add: bigint): Omit<Guard & { kind: 'counter' }, 'max'> => ({
  kind: 'counter',
  counter: `bank-link/${customerId}/open`,
  add,
  code: 'limit_exceeded',
  data: { limit: 'open_bank_links' }
})

const openGuards = ({ policy: { bank_link } }: BankLinkStart, link: BankLink, { month }: LinkFacts): Guard[] => [
  { ...openCount(link, 1n), max: BigInt(bank_link.open_max) },
  ...(link.method === 'micro_deposits'
    ? [
        {
          kind: 'counter',
          counter: `bank-link/${link.customerId}/micro-deposits/${month}`,
          add: 1n,
          max: BigInt(bank_link.micro_per_month),
          code: 'limit_exceeded',
          data: { limit: 'micro_deposits_per_month' }
        } as const
      ]
    : [])
]
