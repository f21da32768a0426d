import type { BankName } from './bank-types.ts'

export type OwnershipVerdict = { readonly status: 'owned' | 'not_owned' }
export type OwnershipAnswer = OwnershipVerdict | { readonly status: 'pending' }

/** A question whose account it is. The bank keeps a fingerprint of it, and nothing of the person. */
interface TakenQuestion {
  readonly bank: BankName
  readonly reference: string
  readonly fingerprint: string
  readonly answer: OwnershipAnswer
  /** What it will say from this time of the sandbox's own clock on; a pending one without it never ends. */
  readonly later?: { readonly verdict: OwnershipVerdict; readonly due_at: number }
}

export type OwnershipEvent =
  | { readonly type: 'ownership_taken'; readonly question: TakenQuestion }
  | { readonly type: 'ownership_decided'; readonly reference: string }

export interface OwnershipBooks {
  readonly questions: Map<string, TakenQuestion>
  /** Under way, by reference. */
  readonly pending: Map<string, { readonly bank: BankName; readonly dueAt: number }>
}

export const emptyOwnershipBooks = (): OwnershipBooks => ({ questions: new Map(), pending: new Map() })

export function applyOwnership({ questions, pending }: OwnershipBooks, event: OwnershipEvent): void {
  if (event.type === 'ownership_taken') {
    const { bank, reference, later } = event.question
    questions.set(reference, event.question)
    if (later) pending.set(reference, { bank, dueAt: later.due_at })
    return
  }
  const question = questions.get(event.reference)
  if (question?.later) questions.set(event.reference, { ...question, answer: question.later.verdict })
  pending.delete(event.reference)
}
