import { bankOfIban } from '../domain/iban.ts'
import { idOf, type MerchantId } from '../domain/ids.ts'
import { kybVerdict, type KybFindings } from '../domain/kyb-verdict.ts'
import { ageOn, type ScreeningFinding } from '../domain/kyc-verdict.ts'
import type { RegistryAnswer } from '../providers/identity.ts'
import { hasTwin, readKybProfile, type KybProfile } from '../store/kyb-profile.ts'
import { findMerchant, type Merchant } from '../store/merchant.ts'
import type { ActivityDeps } from './deps.ts'
import { screenBusinessNames } from './business-names.ts'
import type { BusinessStart, OnboardingProgress } from './onboarding-progress.ts'
import { createOnboardingStep } from './onboarding-step.ts'
import { onboardingUnits } from './onboarding-units.ts'

/** What the register says now; `pending`: it will say more. */
export type RegistryWord = RegistryAnswer

/** What was asked about a business, side by side. */
export type BusinessWords = Pick<KybFindings, 'registry' | 'screening' | 'payee'>

type Business = Required<Omit<KybProfile, 'given'>> & { readonly merchant: Merchant }

/** A business's application: its words with register, list and bank, and what follows. Names and papers stay in here. */
export function onboardingBusinessActivities({
  db,
  ledger,
  vault,
  identity,
  screening,
  bank,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'identity' | 'screening' | 'bank' | 'crash'>) {
  const step = createOnboardingStep({ db, ledger, crash })

  /** Complete: it is asked for only once nothing is missing. */
  async function businessOf({ order }: BusinessStart): Promise<Business> {
    const merchantId: MerchantId = idOf('mer', order.merchant_id)
    const merchant = await findMerchant(db, merchantId)
    const profile = await readKybProfile(db, vault, merchantId)
    return { ...(profile as Required<KybProfile>), merchant: merchant! }
  }

  return {
    /** Has the register looked up, or asks what came of it: the same reference asks the same, and is answered anew. */
    checkBusiness: async (start: BusinessStart, reference: string): Promise<RegistryWord> => {
      const { merchant, business_profile: profile, registration_document: document } = await businessOf(start)
      const answer = await identity.checkBusiness({
        reference,
        name: profile.legal_name,
        registrationNumber: profile.registration_number,
        country: merchant.country,
        documentSha256: document.sha256
      })
      crash('onboarding.registry/reply')
      return answer
    },

    /** How like listed names those of the business and its people are: the nearest one counts. */
    screenBusiness: async (start: BusinessStart, reference: string): Promise<ScreeningFinding> =>
      screenBusinessNames({ db, vault, screening }, idOf('mer', start.order.merchant_id), reference, start.policy),

    /** Has the bank compare the legal name with the holder of the settlement account. */
    confirmSettlementAccount: async (start: BusinessStart, reference: string): Promise<KybFindings['payee']> => {
      const { business_profile: profile, settlement_account: account } = await businessOf(start)
      const question = { reference, iban: account.iban, name: profile.legal_name }
      return (await bank.confirmPayee({ bank: bankOfIban(account.iban)!, ...question })).kind
    },

    /** Weighs what was found; who is here twice, how old people are and which papers are out of date is found out here. */
    concludeBusiness: async (start: BusinessStart, words: BusinessWords): Promise<OnboardingProgress> => {
      const units = onboardingUnits(start)
      if (start.order.purpose === 'periodic_review')
        return step(start, 'conclude', (onboarding, now) => units.screened(onboarding, words.screening, now))
      const business = await businessOf(start)
      const { merchant, business_profile: profile } = business
      const duplicate = await hasTwin(db, vault, merchant.id, { country: merchant.country, profile })
      return step(start, 'conclude', (onboarding, now) => {
        if (onboarding.state !== 'verifying') return undefined
        const day = now.toISOString().slice(0, 10)
        const findings = { ...words, duplicate, mcc: merchant.mcc, ...peopleOn(day, business) }
        const verdict = kybVerdict(findings, start.policy)
        return units.concluded(onboarding, { findings, verdict }, now)
      })
    }
  }
}

const peopleOn = (
  day: string,
  { beneficial_owners, representative }: Business
): Pick<KybFindings, 'age' | 'document_expired'> => ({
  age: ageOn(day, representative.birth_date),
  document_expired: [representative, ...beneficial_owners].some(({ document }) => document.expires_on < day)
})
