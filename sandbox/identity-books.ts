/** What the bureau finds once it has looked; `more`: it cannot say without these. */
export type Verdict =
  | { readonly status: 'clear' }
  | { readonly status: 'doubtful' | 'rejected'; readonly reasons: readonly string[] }
  | { readonly status: 'more'; readonly items: readonly string[] }

export type CheckAnswer = Verdict | { readonly status: 'pending' }

/** A check that the bureau has taken. It keeps a fingerprint of what it was shown, and nothing of the person. */
interface TakenCheck {
  readonly reference: string
  readonly fingerprint: string
  readonly answer: CheckAnswer
  /** What it will say from this time of the sandbox's own clock on; a pending check without it never ends. */
  readonly later?: { readonly verdict: Verdict; readonly due_at: number }
}

export type IdentityEvent =
  | { readonly type: 'identity_taken'; readonly check: TakenCheck }
  | { readonly type: 'identity_decided'; readonly reference: string }

export interface IdentityBooks {
  readonly checks: Map<string, TakenCheck>
  /** When each check that is under way falls due, by reference. */
  readonly pending: Map<string, number>
}

export const emptyIdentityBooks = (): IdentityBooks => ({ checks: new Map(), pending: new Map() })

export function applyIdentity({ checks, pending }: IdentityBooks, event: IdentityEvent): void {
  if (event.type === 'identity_taken') {
    const { reference, later } = event.check
    checks.set(reference, event.check)
    if (later) pending.set(reference, later.due_at)
    return
  }
  const check = checks.get(event.reference)
  if (check?.later) checks.set(event.reference, { ...check, answer: check.later.verdict })
  pending.delete(event.reference)
}
