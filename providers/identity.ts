import type { IdentityFinding, RegistryFinding } from '../domain/kyc-verdict.ts'

/** What the bureau is shown: hashes stand for the pictures. Dates are `YYYY-MM-DD`. */
export interface IdentityCheck {
  /** Ours, one for each check: the same under the same reference is looked at once, however often it is sent. */
  readonly reference: string
  readonly name: string
  readonly birthDate: string
  readonly document: {
    readonly type: 'passport' | 'id_card' | 'driving_licence'
    readonly number: string
    /** ISO 3166-1 alpha-2. */
    readonly country: string
    readonly expiresOn: string
    /** SHA-256 in hexadecimal. */
    readonly imageSha256: string
  }
  /** SHA-256 in hexadecimal. */
  readonly selfieSha256: string
}

/** `more`: the bureau cannot say without these. `pending`: it will call back, and tells whoever asks again. */
export type IdentityAnswer = Exclude<IdentityFinding, { readonly kind: 'silent' }> | { readonly kind: 'pending' }

/** A business as it says it is registered. */
export interface BusinessCheck {
  /** As of `IdentityCheck`. */
  readonly reference: string
  readonly name: string
  readonly registrationNumber: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  /** SHA-256 of the extract from the register, in hexadecimal. */
  readonly documentSha256: string
}

export type RegistryAnswer = Exclude<RegistryFinding, { readonly kind: 'silent' }> | { readonly kind: 'pending' }

export interface IdentityProvider {
  /**
   * Has it looked at, or says what came of it.
   * @throws {Error} without anything personal in it when there is no answer that can be read: repeat.
   */
  check(check: IdentityCheck, signal?: AbortSignal): Promise<IdentityAnswer>
  /** The same of a business, in the register of its country. @throws {Error} as `check` does. */
  checkBusiness(check: BusinessCheck, signal?: AbortSignal): Promise<RegistryAnswer>
}
