/** Who is looked for; the birth date is `YYYY-MM-DD`, and absent where it is not known. */
export interface ScreeningSearch {
  /** Ours, for the list keeper's own records: every search looks at the list as it then stands. */
  readonly reference: string
  readonly name: string
  readonly birthDate?: string | undefined
}

export interface ScreeningHit {
  readonly list: 'sanctions' | 'pep'
  /** As it stands on the list. */
  readonly name: string
  /** 0 to 1. */
  readonly score: number
}

export interface ScreeningResult {
  readonly listVersion: string
  /** 0 to 1: how like the nearest name on the list, be it a hit or not. */
  readonly score: number
  /** The nearest first; the list keeper says what is near enough to be one. */
  readonly hits: readonly ScreeningHit[]
}

export interface ScreeningProvider {
  /** @throws {Error} without anything personal in it when there is no answer that can be read: repeat. */
  search(search: ScreeningSearch, signal?: AbortSignal): Promise<ScreeningResult>
  /** Which list a search would look at now. @throws {Error} when there is no answer that can be read: repeat. */
  version(signal?: AbortSignal): Promise<string>
}
