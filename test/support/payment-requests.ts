import { waitUntil } from '../../local/wait-until.ts'
import type { Coffer } from './coffer.ts'

/** Until the run of a request that was paid has seen it: it ends then. */
export const untilRequestNoticed = ({ db }: Pick<Coffer, 'db'>, id: string): Promise<void> =>
  waitUntil(() => isRequestNoticed({ db }, id), { limitMs: 30_000, otherwise: `nobody told the run of ${id}` })

export async function isRequestNoticed({ db }: Pick<Coffer, 'db'>, id: string): Promise<boolean> {
  const row = await db.selectFrom('payment_request').select('noticed').where('id', '=', id).executeTakeFirst()
  return row?.noticed === true
}
