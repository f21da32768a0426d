import { defineStates } from './transitions.ts'

export type BankLinkState = 'verifying' | 'linked' | 'failed' | 'expired' | 'canceled'

/** How an account at a bank becomes a customer's (ARCHITECTURE.md, "States"); what happens to a linked one is on its row. */
export const bankLinkStates = defineStates<BankLinkState>({
  start: ['verifying'],
  verifying: ['linked', 'failed', 'expired', 'canceled']
})

/** How it is shown that the account is the customer's: the bank says so, or the customer reads two small amounts there. */
export const linkMethods = ['instant', 'micro_deposits'] as const
export type LinkMethod = (typeof linkMethods)[number]

/** What only the customer can do. */
export type LinkRequirement = 'confirm_holder' | 'verify_amounts'

/** What the bank makes of the customer's name beside the account holder's, as far as a link goes on with it. */
export type HolderMatch = 'match' | 'close'

export interface LinkStanding {
  readonly method: LinkMethod
  readonly holderMatch: HolderMatch | null
  readonly holderConfirmed: boolean
  /** Of the deposits that the bank has booked. */
  readonly depositsBooked: number
}

export const DEPOSITS = 2

/** What the customer is waited for with; null while the banks are. */
export function requirementOf(link: LinkStanding): LinkRequirement | null {
  const { method, holderMatch, holderConfirmed, depositsBooked } = link
  if (holderMatch === null) return null
  if (holderMatch === 'close' && !holderConfirmed) return 'confirm_holder'
  return method === 'micro_deposits' && depositsBooked === DEPOSITS ? 'verify_amounts' : null
}

/** What comes next while it is being verified: the bank's word on the holder, on the owner, a deposit, or the customer. */
export function nextOfLink(link: LinkStanding): 'payee' | 'ownership' | 'deposits' | 'customer' {
  if (link.holderMatch === null) return 'payee'
  if (requirementOf(link) !== null) return 'customer'
  return link.method === 'instant' ? 'ownership' : 'deposits'
}
