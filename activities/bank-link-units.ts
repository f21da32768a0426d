import { bankLinkStates, requirementOf, type BankLinkState, type HolderMatch } from '../domain/bank-link.ts'
import { Refusal, type ProblemCode } from '../domain/errors.ts'
import type { Guard, PostingStep, RecordWrite, UnitOfWork, UnitPart } from '../ledger/unit-of-work.ts'
import { depositsBooked, toBankLinkRow, toBankLinkView, type BankLink } from '../store/bank-link.ts'
import type { TaskMove } from '../store/task.ts'
import type { BankLinkStart } from './bank-link-progress.ts'

/** What a bank link's first unit is decided on, beside the order. */
export interface LinkFacts {
  /** A kill switch is on for links at this bank. */
  readonly suspended: boolean
  /** `2026-11`, where the customer lives. */
  readonly month: string
}

interface Extra {
  readonly event?: string
  readonly actor?: string
  readonly task?: TaskMove['task']
  readonly postings?: readonly PostingStep[]
}

/** The units of a bank link: what each step guards and writes. Which money moves with them is `micro-deposit-units.ts`'s. */
export function bankLinkUnits(start: BankLinkStart) {
  const { write, over } = recordWrites(start)
  const mustBeOpen = ({ state }: BankLink) =>
    state === 'verifying' ? undefined : new Refusal('state_conflict', { state })

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
      if (requirementOf({ ...link, depositsBooked: depositsBooked(link) }) !== 'confirm_holder')
        return new Refusal('state_conflict', { state: link.state })
      const after = { ...link, holderConfirmed: true, askedSince: null, checkingSince: now }
      return { records: [write(link, after, [], { event: 'bank_link.holder_confirmed', actor })] }
    },

    linked: (link: BankLink): UnitPart => over(link, link, 'linked'),

    failed: (link: BankLink, code: ProblemCode): UnitPart => over(link, { ...link, declineCode: code }, 'failed'),

    expired: (link: BankLink): UnitPart => over(link, link, 'expired'),

    canceled: (link: BankLink, actor: string): UnitPart | Refusal =>
      mustBeOpen(link) ?? over(link, link, 'canceled', { actor })
  }
}

function recordWrites(start: BankLinkStart) {
  function write(
    before: BankLink | undefined,
    after: BankLink,
    path: readonly BankLinkState[],
    { event, actor, task }: Extra = {}
  ): RecordWrite {
    const from = before?.state ?? null
    bankLinkStates.assertPath(from ?? 'start', path)
    const state = path.at(-1) ?? after.state
    const seen = (at: BankLinkState) => toBankLinkView({ ...after, state: at }, start.policy.bank_link)
    const open = !bankLinkStates.isTerminal(state)
    const arrows = path.map((to) => ({ state: to, type: `bank_link.${to}`, data: seen(to) }))
    const move: TaskMove = { is_over: !open, task }
    return {
      kind: 'bank-link',
      id: after.id,
      version: before?.version ?? 0,
      from,
      crossed: path.length > 0 ? arrows : [{ state, type: event!, data: seen(state) }],
      open,
      ...(before === undefined && { order: start }),
      customerId: after.customerId,
      ...(actor !== undefined && { actor }),
      row: { ...toBankLinkRow(after), ...move, linked: state === 'linked' }
    }
  }

  /** However it ends, it does not count as under way any longer. */
  const over = (before: BankLink, after: BankLink, to: BankLinkState, extra: Extra = {}): UnitPart => ({
    guards: [openCount(before, -1n)],
    ...(extra.postings && { postings: extra.postings }),
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
