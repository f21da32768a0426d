import type { System } from '../system.ts'

/** What those who judge a day need of a system: its books, its banks, and a way to read over HTTP as finance does. */
export interface Judged extends Pick<System, 'db' | 'sandbox' | 'apiUrls'> {
  readonly people: Pick<System['people'], 'keys'>
}
