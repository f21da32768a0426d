import { createHash } from 'node:crypto'
import { z } from 'zod'
import { bankOfIban } from '../domain/iban.ts'
import type { BankName } from './bank-types.ts'
import type { Callbacks } from './callbacks.ts'
import { nameScore } from './name-score.ts'
import type { OwnershipAnswer, OwnershipVerdict } from './ownership-books.ts'
import { SandboxRefusal } from './refusal.ts'
import { useRule, type RuleFor } from './rules.ts'
import type { World } from './world.ts'

/** The body of `POST /banks/{bank}/payee-checks` and `/ownership-checks`. */
export const AccountQuestion = z.strictObject({
  reference: z.string().min(1).max(100),
  iban: z.string().min(1).max(64),
  name: z.string().min(1).max(200)
})
type AccountQuestion = z.output<typeof AccountQuestion>

interface PayeeAnswer {
  readonly status: 'match' | 'close' | 'no_match' | 'closed'
}

export interface AccountChecks {
  /** Confirmation of payee, or how the bank fails to answer. */
  confirmPayee(
    bank: BankName,
    question: AccountQuestion
  ): { readonly answer: PayeeAnswer; readonly holdMs: number } | 'error' | 'hang'
  /**
   * Whose the account is; the same reference is looked at once. Undefined: the bank failed and has kept nothing.
   * @throws {SandboxRefusal} 409 when the reference stands for another question.
   */
  askOwnership(bank: BankName, question: AccountQuestion): OwnershipAnswer | undefined
  /** Says what has fallen due by the sandbox's own clock. */
  settleDue(): void
  nextDue(): number
}

interface ChecksDeps {
  readonly world: World
  readonly callbacks: Callbacks
  /** How long bank B takes to say whose an account is, by the sandbox's own clock; bank A says it at once. */
  readonly bankBDelayMs: number
  readonly onPending: (dueAt: number) => void
}

/** From here a name is close; only one that is the same but for capitals, marks and the order of its parts is a match. */
const CLOSE = 0.85

/** What banks know of accounts without moving money. */
export function createAccountChecks({ world, callbacks, bankBDelayMs, onPending }: ChecksDeps): AccountChecks {
  const { questions, pending } = world.ownership
  return {
    confirmPayee(bank, { reference, iban, name }) {
      const rule = useRule(world, { operation: 'confirm_payee', reference, name, iban })
      if (rule?.outcome === 'error') return 'error'
      if (rule?.outcome === 'timeout') return 'hang'
      return { answer: payeeAnswer(bank, iban, name, rule), holdMs: rule?.outcome === 'delay' ? rule.delay_ms! : 0 }
    },
    askOwnership(bank, question) {
      const { reference, iban, name } = question
      const fingerprint = createHash('sha256')
        .update(JSON.stringify([bank, reference, iban, name]))
        .digest('hex')
      const known = questions.get(reference)
      if (known && known.fingerprint !== fingerprint)
        throw new SandboxRefusal(409, 'reference_reused', 'the reference stands for another question')
      if (known) return known.answer
      const rule = useRule(world, { operation: 'ownership', reference, name, iban })
      if (rule?.outcome === 'error') return undefined
      const verdict = verdictOn(bank, iban, rule)
      const never = rule?.outcome === 'timeout'
      const dueIn = rule?.outcome === 'delay' ? rule.delay_ms! : bank === 'b' ? bankBDelayMs : 0
      const later = dueIn > 0 && !never ? { verdict, due_at: world.now() + dueIn } : undefined
      const answer = never || later ? ({ status: 'pending' } as const) : verdict
      world.record({
        type: 'ownership_taken',
        question: { bank, reference, fingerprint, answer, ...(later && { later }) }
      })
      if (later) onPending(later.due_at)
      return answer
    },
    settleDue() {
      for (const [reference, { bank, dueAt }] of pending) {
        if (dueAt > world.now()) continue
        world.record({ type: 'ownership_decided', reference })
        void callbacks.report(bank, reference, 1)
      }
    },
    nextDue: () => [...pending.values()].reduce((next, { dueAt }) => Math.min(next, dueAt), Infinity)
  }
}

/** A rule names the holder, or says how it ends; else the last two digits of the account number do (docs/magic-values.md). */
function payeeAnswer(
  bank: BankName,
  iban: string,
  name: string,
  rule: RuleFor<'confirm_payee'> | undefined
): PayeeAnswer {
  if (bankOfIban(iban) !== bank) return { status: 'closed' }
  if (rule?.outcome === 'decline') return { status: rule.code === 'account_closed' ? 'closed' : 'no_match' }
  const magic = rule?.outcome === 'accept' ? '' : iban.slice(-2)
  if (magic === '93') return { status: 'closed' }
  const score = nameScore(name, rule?.holder ?? holderBy(magic, name))
  if (score === 1) return { status: 'match' }
  return { status: score >= CLOSE ? 'close' : 'no_match' }
}

/** Whose the account is, when nobody has said otherwise: whoever says so. */
const holderBy = (magic: string, name: string): string => {
  if (magic === '91') return `${name}s`
  return magic === '92' ? 'Q. X. Zzyzx' : name
}

const verdictOn = (bank: BankName, iban: string, rule: RuleFor<'ownership'> | undefined): OwnershipVerdict => {
  if (bankOfIban(iban) !== bank || rule?.outcome === 'decline') return { status: 'not_owned' }
  return { status: iban.endsWith('94') && rule?.outcome !== 'accept' ? 'not_owned' : 'owned' }
}
