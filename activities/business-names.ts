import type { MerchantId } from '../domain/ids.ts'
import type { ScreeningFinding } from '../domain/kyc-verdict.ts'
import type { Policy } from '../domain/policy/index.ts'
import { partReference } from '../domain/reference.ts'
import { readKybProfile, type KybProfile } from '../store/kyb-profile.ts'
import { findMerchant, type Merchant } from '../store/merchant.ts'
import type { ActivityDeps } from './deps.ts'
import { listsOf } from './onboarding-bureau.ts'

/**
 * How like listed names those of a business and its people are; the nearest one counts.
 * @throws {Error} when the list was replaced between two of them: repeat.
 */
export async function screenBusinessNames(
  { db, vault, screening }: Pick<ActivityDeps, 'db' | 'vault' | 'screening'>,
  merchantId: MerchantId,
  reference: string,
  policy: Pick<Policy, 'kyc'>
): Promise<ScreeningFinding> {
  const merchant = (await findMerchant(db, merchantId))!
  const names = namesOf(merchant, await readKybProfile(db, vault, merchantId))
  const found = await Promise.all(
    names.map(async ({ party, name, birthDate }, index) => ({
      party,
      ...(await screening.search({ reference: partReference(reference, index), name, birthDate }))
    }))
  )
  const versions = new Set(found.map(({ listVersion }) => listVersion))
  if (versions.size !== 1) throw new Error('the list was replaced while it was searched')
  return {
    list_version: found[0]!.listVersion,
    score: Math.max(...found.map(({ score }) => score)),
    lists: [...new Set(found.flatMap(({ hits }) => listsOf(hits, policy)))],
    parties: found.map(({ party, score }) => ({ party, score }))
  }
}

/** What a list may have: the name that it goes by, the one that it is registered under, and its people. */
const namesOf = (
  { name: tradeName }: Merchant,
  { business_profile, representative, beneficial_owners = [] }: KybProfile
) => [
  { party: 'trade_name', name: tradeName, birthDate: undefined },
  ...(business_profile ? [{ party: 'legal_name', name: business_profile.legal_name, birthDate: undefined }] : []),
  ...[...(representative ? [{ party: 'representative', ...representative }] : []), ...numbered(beneficial_owners)].map(
    ({ party, name, birth_date: birthDate }) => ({ party, name, birthDate })
  )
]

const numbered = <Owner extends object>(owners: readonly Owner[]) =>
  owners.map((owner, index) => ({ party: `owner_${index + 1}`, ...owner }))
