import type { ProblemCode } from '../domain/errors.ts'
import { sameDigits } from '../domain/ids.ts'
import { clockOf } from '../domain/operators-work.ts'
import { partReference } from '../domain/reference.ts'
import { depositNumbers } from '../store/bank-link.ts'
import { sealAmounts } from '../store/micro-deposits.ts'
import type { BankLinkProgress, BankLinkStart } from './bank-link-progress.ts'
import { bankLinkSteps } from './bank-link-steps.ts'
import { bankLinkUnits } from './bank-link-units.ts'
import type { ActivityDeps } from './deps.ts'
import { bookSteps, holdSteps, withDeposit } from './micro-deposit-units.ts'

/** The two small amounts by which a customer shows that an account is theirs. Nobody but the bank is told how much. */
export function microDepositActivities({
  db,
  ledger,
  vault,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'vault' | 'crash'>) {
  const step = bankLinkSteps({ db, ledger, crash })

  return {
    /** Chooses both amounts, and reserves them. */
    holdDeposits: (start: BankLinkStart): Promise<BankLinkProgress> =>
      step(start, { name: 'hold' }, (link) => {
        if (link.deposits.length > 0) return undefined
        const { deposit_min, deposits_max } = start.policy.bank_link
        const { amounts, sealed } = sealAmounts(vault, link, {
          min: Number(deposit_min),
          max: Number(deposits_max)
        })
        const deposits = depositNumbers.map(() => ({ state: 'held', sent_at: null, bank_reference: null }) as const)
        const after = { ...link, amounts: sealed, deposits }
        return {
          postings: holdSteps(link, amounts),
          records: [bankLinkUnits(start, vault).write(link, after, [], { event: 'bank_link.deposits_held' })]
        }
      }),

    /** The bank has pushed it; with the second one the customer is asked for the amounts. */
    bookDeposit: (start: BankLinkStart, number: number, bankReference: string): Promise<BankLinkProgress> =>
      step(start, { name: 'book', reference: partReference(start.id, number) }, (link, now) => {
        if (link.deposits[number - 1]?.state !== 'held') return undefined
        const booked = withDeposit(link, number, { state: 'booked', bank_reference: bankReference })
        const all = booked.deposits.every(({ state }) => state === 'booked')
        const after = all ? { ...booked, askedSince: now } : booked
        return {
          postings: bookSteps(link, number),
          records: [bankLinkUnits(start, vault).write(link, after, [], { event: 'bank_link.deposit_booked' })]
        }
      }),

    /** The bank has not pushed it and never will. */
    failDeposit: (start: BankLinkStart, code: ProblemCode): Promise<BankLinkProgress> =>
      step(start, { name: 'fail' }, (link) => bankLinkUnits(start, vault).failed(link, code)),

    /** Nobody knows after 24 hours: an operator's task. The money stays reserved. */
    markDepositStuck: (start: BankLinkStart, number: number): Promise<BankLinkProgress> =>
      step(start, { name: 'stuck', reference: partReference(start.id, number) }, (link) => {
        const reference = partReference(link.id, number)
        const data = { bank: link.bank, reference, sent_at: link.deposits[number - 1]!.sent_at }
        const clock = clockOf(start.policy.stuck_sla_ms)
        const task = { id: sameDigits('tsk', link.id), kind: 'stuck_bank_instruction', data, clock } as const
        return { records: [bankLinkUnits(start, vault).write(link, link, [], { event: 'bank_link.stuck', task })] }
      })
  }
}
