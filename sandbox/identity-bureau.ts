import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Callbacks } from './callbacks.ts'
import type { CheckAnswer, Verdict } from './identity-books.ts'
import { SandboxRefusal } from './refusal.ts'
import { useRule, type RuleFor } from './rules.ts'
import type { World } from './world.ts'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/i)

/** The body of `POST /identity/checks`: hashes stand for the pictures, which never leave their owner. */
export const CheckRequest = z.strictObject({
  reference: z.string().min(1).max(100),
  name: z.string().min(1).max(200),
  birth_date: z.iso.date(),
  document: z.strictObject({
    type: z.enum(['passport', 'id_card', 'driving_licence']),
    number: z.string().min(1).max(64),
    country: z.string().regex(/^[A-Za-z]{2}$/),
    expires_on: z.iso.date(),
    image_sha256: Sha256
  }),
  selfie_sha256: Sha256
})
type CheckRequest = z.output<typeof CheckRequest>

/** The body of `POST /identity/businesses`: a business as it says it is registered. */
export const BusinessRequest = z.strictObject({
  reference: z.string().min(1).max(100),
  name: z.string().min(1).max(200),
  registration_number: z.string().min(1).max(64),
  country: z.string().regex(/^[A-Za-z]{2}$/),
  document_sha256: Sha256
})
type BusinessRequest = z.output<typeof BusinessRequest>

export interface IdentityBureau {
  /**
   * Takes a check; the same reference is never looked at twice. Undefined: the bureau failed and has kept nothing.
   * @throws {SandboxRefusal} 409 when the reference stands for another check.
   */
  check(request: CheckRequest): CheckAnswer | undefined
  /** The same of a business: is it in the register, under that name? */
  checkBusiness(request: BusinessRequest): CheckAnswer | undefined
  inquire(reference: string): CheckAnswer | { readonly status: 'not_found' }
  /** Says what has fallen due by the sandbox's own clock. */
  settleDue(): void
  /** When the next pending check is due, in milliseconds of the sandbox's own clock. */
  nextDue(): number
}

interface BureauDeps {
  readonly world: World
  readonly callbacks: Callbacks
  /** Told when a check was taken that is not due yet. */
  readonly onPending: (dueAt: number) => void
}

export function createIdentityBureau({ world, callbacks, onPending }: BureauDeps): IdentityBureau {
  const { checks, pending } = world.identity

  const take = (reference: string, fingerprint: string, plan: Plan): CheckAnswer => {
    const { answer, verdict, dueIn } = plan
    const later = verdict === undefined ? undefined : { verdict, due_at: world.now() + dueIn }
    world.record({ type: 'identity_taken', check: { reference, fingerprint, answer, later } })
    if (later) onPending(later.due_at)
    return answer
  }

  /** What was said before, or what `planNow` makes of it; the same reference is looked at once. */
  const takeOnce = (reference: string, fingerprint: string, planNow: () => Plan | undefined) => {
    const known = checks.get(reference)
    if (known && known.fingerprint !== fingerprint)
      throw new SandboxRefusal(409, 'reference_reused', 'the reference stands for another check')
    if (known) return known.answer
    const plan = planNow()
    return plan && take(reference, fingerprint, plan)
  }

  return {
    check(request) {
      const { reference, name } = request
      return takeOnce(reference, fingerprintOf(request), () =>
        planFor(useRule(world, { operation: 'identity', reference, name }), verdictOn(request, world.now()), ofPeople)
      )
    },
    checkBusiness(request) {
      const { reference, name, registration_number, country, document_sha256 } = request
      const fingerprint = hashOf([reference, name, registration_number, country, document_sha256])
      return takeOnce(reference, fingerprint, () =>
        planFor(useRule(world, { operation: 'registry', reference, name }), registered(name), ofBusinesses)
      )
    },
    inquire: (reference) => checks.get(reference)?.answer ?? { status: 'not_found' },
    settleDue() {
      for (const [reference, dueAt] of pending) {
        if (dueAt > world.now()) continue
        world.record({ type: 'identity_decided', reference })
        void callbacks.tell('identity', reference)
      }
    },
    nextDue: () => [...pending.values()].reduce((next, dueAt) => Math.min(next, dueAt), Infinity)
  }
}

/** What is answered at once, and with `verdict` what will be said `dueIn` milliseconds later. */
interface Plan {
  readonly answer: CheckAnswer
  readonly verdict?: Verdict
  readonly dueIn: number
}

/** What is said where a rule does not say it itself. */
interface Words {
  readonly rejected: string
  readonly doubtful: string
  readonly more: string
}
const ofPeople: Words = { rejected: 'document_forged', doubtful: 'document_blurred', more: 'proof_of_address' }
const ofBusinesses: Words = {
  rejected: 'business_dissolved',
  doubtful: 'name_differs',
  more: 'registration_document'
}

/** A rule goes before what the bureau would find by itself; undefined: it fails. */
const planFor = (
  rule: RuleFor<'identity' | 'registry'> | undefined,
  found: Verdict,
  words: Words
): Plan | undefined => {
  switch (rule?.outcome) {
    case undefined:
      return atOnce(found)
    case 'accept':
      return atOnce({ status: 'clear' })
    case 'decline':
      return atOnce({ status: 'rejected', reasons: [rule?.code ?? words.rejected] })
    case 'doubtful':
      return atOnce({ status: 'doubtful', reasons: [rule?.code ?? words.doubtful] })
    case 'ask_more':
      return atOnce({ status: 'more', items: [words.more] })
    case 'delay':
      return { ...atOnce({ status: 'pending' }), verdict: found, dueIn: rule?.delay_ms ?? 0 }
    case 'timeout':
      return atOnce({ status: 'pending' })
    case 'error':
      return undefined
  }
}

const atOnce = (answer: CheckAnswer): Plan => ({ answer, dueIn: 0 })

/** The magic values; the table for users stands in docs/magic-values.md. */
const verdictOn = ({ name, document }: CheckRequest, now: number): Verdict => {
  if (/^doubtful/i.test(name)) return { status: 'doubtful', reasons: [ofPeople.doubtful] }
  const today = new Date(now).toISOString().slice(0, 10)
  if (document.expires_on < today) return { status: 'rejected', reasons: ['document_expired'] }
  return { status: 'clear' }
}

/** What the register has of a name; the table for users stands in docs/magic-values.md. */
const registered = (name: string): Verdict => {
  if (/^dissolved/i.test(name)) return { status: 'rejected', reasons: [ofBusinesses.rejected] }
  if (/^unregistered/i.test(name)) return { status: 'doubtful', reasons: ['business_not_found'] }
  if (/^doubtful/i.test(name)) return { status: 'doubtful', reasons: [ofBusinesses.doubtful] }
  return { status: 'clear' }
}

const fingerprintOf = ({ reference, name, birth_date, document, selfie_sha256 }: CheckRequest): string => {
  const { type, number, country, expires_on, image_sha256 } = document
  const parts = [reference, name, birth_date, type, number, country, expires_on, image_sha256, selfie_sha256]
  return hashOf(parts)
}

const hashOf = (parts: readonly string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex')
