import type { Coffer } from '../support/coffer.ts'

/** A story whose end is told after its beginning; both know the record's id. */
export const then =
  (begin: (coffer: Coffer) => Promise<string>, end: (coffer: Coffer, id: string) => Promise<unknown>) =>
  async (coffer: Coffer): Promise<string> => {
    const id = await begin(coffer)
    await end(coffer, id)
    return id
  }
