import type { UnitPart } from '../ledger/unit-of-work.ts'
import { getBankLink, type BankLink } from '../store/bank-link.ts'
import { readBusinessNow } from '../store/process.ts'
import { advance } from './advance.ts'
import { toBankLinkProgress, type BankLinkProgress, type BankLinkStart } from './bank-link-progress.ts'
import type { ActivityDeps } from './deps.ts'

export interface LinkStep {
  /** As crash points call it. */
  readonly name: string
  /** What the step's key begins with, where that is not the link's own id: a deposit's reference at the bank. */
  readonly reference?: string
}

/** Posts what `partFor` makes of the link as it is now; undefined: it moved on, and there is nothing to do. */
export const bankLinkSteps =
  ({ db, ledger, crash }: Pick<ActivityDeps, 'db' | 'ledger' | 'crash'>) =>
  async (
    start: BankLinkStart,
    { name, reference = start.id }: LinkStep,
    partFor: (link: BankLink, now: Date) => UnitPart | undefined
  ): Promise<BankLinkProgress> => {
    const { seen, posted } = await advance(
      ledger,
      { key: `${reference}:${name}`, fingerprint: start.fingerprint },
      async () => ({ link: await getBankLink(db, start.id), now: await readBusinessNow(db) }),
      ({ link, now }) => (link.state === 'verifying' ? partFor(link, now) : undefined)
    )
    if (posted) crash(`bank-link.${name}/report`)
    return toBankLinkProgress(seen.link, start)
  }
