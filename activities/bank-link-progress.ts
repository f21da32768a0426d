import { nextOfLink, requirementOf, type BankLinkState } from '../domain/bank-link.ts'
import type { Accepted, BankLinkOrder, Progress, Start } from '../domain/orders.ts'
import type { BankLinkPolicy } from '../domain/policy/index.ts'
import { depositsBooked, type BankLink } from '../store/bank-link.ts'

export type BankLinkStart = Start<BankLinkOrder, BankLinkPolicy>

/** Instants are RFC 3339 in business time; `deadline` is the end of waiting for the customer. */
export interface BankLinkProgress extends Progress<BankLinkState> {
  /** What is to be done while it is verifying. */
  readonly next: ReturnType<typeof nextOfLink>
  /** Since when the bank is asked whose the account is. */
  readonly checking_since: string
  /** The two micro-deposits, once they are reserved: whether the bank has booked each, and may have it since. */
  readonly deposits: readonly { readonly booked: boolean; readonly sent_at?: string }[]
}

export type BankLinkAccepted = Accepted<BankLinkProgress>

export function toBankLinkProgress(link: BankLink, { policy }: BankLinkStart): BankLinkProgress {
  const { id, state, version, declineCode, askedSince, checkingSince, createdAt } = link
  const standing = { ...link, depositsBooked: depositsBooked(link) }
  const deadline =
    requirementOf(standing) && askedSince
      ? new Date(askedSince.getTime() + policy.bank_link.answer_ms).toISOString()
      : undefined
  return {
    id,
    state,
    version,
    next: nextOfLink(standing),
    checking_since: (checkingSince ?? createdAt).toISOString(),
    deposits: link.deposits.map(({ state: of, sent_at }) => ({
      booked: of === 'booked',
      ...(sent_at !== null && { sent_at })
    })),
    ...(declineCode !== null && { decline_code: declineCode }),
    ...(deadline !== undefined && { deadline })
  }
}
