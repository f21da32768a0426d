import { idOf } from '../domain/ids.ts'
import type { ScreeningFinding } from '../domain/kyc-verdict.ts'
import type { Policy } from '../domain/policy/index.ts'
import type { IdentityAnswer } from '../providers/identity.ts'
import type { ScreeningHit } from '../providers/screening.ts'
import { readKycProfile, type KycDocument } from '../store/kyc-profile.ts'
import type { ActivityDeps } from './deps.ts'
import type { CustomerStart } from './onboarding-progress.ts'

/** What the bureau says now; `pending`: it will say more. */
export type IdentityWord = IdentityAnswer

/** An application's words with the identity bureau and the screening list. What they are asked about stays here. */
export function onboardingBureauActivities({
  db,
  vault,
  identity,
  screening,
  crash
}: Pick<ActivityDeps, 'db' | 'vault' | 'identity' | 'screening' | 'crash'>) {
  return {
    /** Has document and face checked, or asks what came of it: the same reference asks the same, and is answered anew. */
    checkIdentity: async ({ order }: CustomerStart, reference: string): Promise<IdentityWord> => {
      const { name, birthDate, document, selfieSha256 } = await readKycProfile(
        db,
        vault,
        idOf('cus', order.customer_id)
      )
      crash('onboarding.identity/before')
      const answer = await identity.check({
        reference,
        name,
        birthDate,
        document: toBureau(document!),
        selfieSha256
      })
      crash('onboarding.identity/reply')
      return answer
    },

    /** How like a listed name the customer's is. Whose name that is does not leave this activity. */
    screenName: async ({ order, policy }: CustomerStart, reference: string): Promise<ScreeningFinding> => {
      const { name, birthDate } = await readKycProfile(db, vault, idOf('cus', order.customer_id))
      const { listVersion, score, hits } = await screening.search({
        reference,
        name,
        birthDate: birthDate || undefined
      })
      return { list_version: listVersion, score, lists: listsOf(hits, policy) }
    }
  }
}

/** The lists on which somebody is like that name by more than chance. */
export const listsOf = (hits: readonly ScreeningHit[], { kyc }: Pick<Policy, 'kyc'>): ScreeningFinding['lists'] => [
  ...new Set(hits.filter(({ score }) => score * 10_000 >= kyc.screening_noise_bps).map(({ list }) => list))
]

const toBureau = ({ expires_on: expiresOn, image_sha256: imageSha256, ...rest }: KycDocument) => ({
  ...rest,
  expiresOn,
  imageSha256
})
