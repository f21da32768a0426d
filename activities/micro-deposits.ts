import type { ProblemCode } from '../domain/errors.ts'
import { sameDigits } from '../domain/ids.ts'
import { toWire } from '../domain/money.ts'
import type { UnitPart } from '../ledger/unit-of-work.ts'
import { depositReference, depositNumbers, getBankLink, type BankLink, type Deposit } from '../store/bank-link.ts'
import { openAmounts, sealAmounts } from '../store/micro-deposits.ts'
import { findPersonalValue } from '../store/personal.ts'
import { readBusinessNow } from '../store/process.ts'
import type { BankLinkProgress, BankLinkStart } from './bank-link-progress.ts'
import { bankLinkSteps } from './bank-link-steps.ts'
import { bankLinkUnits } from './bank-link-units.ts'
import type { BankAnswer, BankInquiry } from './bank-words.ts'
import type { ActivityDeps } from './deps.ts'
import { bookSteps, DEPOSIT_CURRENCY, holdSteps } from './micro-deposit-units.ts'
import { createSendOnce } from './send-once.ts'

/** The two small amounts by which a customer shows that an account is theirs. Nobody but the bank is told how much. */
export function microDepositActivities({
  db,
  ledger,
  bank,
  vault,
  crash
}: Pick<ActivityDeps, 'db' | 'ledger' | 'bank' | 'vault' | 'crash'>) {
  const step = bankLinkSteps({ db, ledger, crash })
  const sendOnce = createSendOnce({ ledger, bank, crash })

  /** The link with one of its deposits changed; undefined when it is over, or the deposit is not as it has to be. */
  async function changed(
    start: BankLinkStart,
    number: number,
    { event, from, to }: { event: string; from: (deposit: Deposit) => boolean; to: Partial<Deposit> }
  ): Promise<UnitPart | undefined> {
    const link = await getBankLink(db, start.id)
    const deposit = link.deposits[number - 1]
    if (link.state !== 'verifying' || deposit?.state !== 'held' || !from(deposit)) return undefined
    const after = withDeposit(link, number, to)
    return { records: [bankLinkUnits(start, vault).write(link, after, [], { event })] }
  }

  return {
    /** Chooses both amounts, and reserves them. */
    holdDeposits: (start: BankLinkStart): Promise<BankLinkProgress> =>
      step(start, { name: 'hold' }, (link) => {
        if (link.deposits.length > 0) return undefined
        const { deposit_min, deposit_max } = start.policy.bank_link
        const { amounts, sealed } = sealAmounts(vault, link, [Number(deposit_min), Number(deposit_max)])
        const deposits = depositNumbers.map(() => ({ state: 'held', sent_at: null, bank_reference: null }) as const)
        const after = { ...link, amounts: sealed, deposits }
        return {
          postings: holdSteps(link, amounts),
          records: [bankLinkUnits(start, vault).write(link, after, [], { event: 'bank_link.deposits_held' })]
        }
      }),

    /** Has the bank push one of them, once. */
    sendDeposit: async (start: BankLinkStart, number: number): Promise<BankAnswer> => {
      const link = await getBankLink(db, start.id)
      const { id, customerId: ownerId } = link
      const iban = await findPersonalValue(db, vault, { ownerId, kind: 'iban', reference: id })
      const holder = await findPersonalValue(db, vault, { ownerId, kind: 'name' })
      const amount = openAmounts(vault, link)[number - 1]
      if (iban === undefined || holder === undefined || amount === undefined)
        return { kind: 'declined', code: 'invalid_bank_account' }
      const reference = depositReference(id, number)
      const money = toWire({ amount, currency: DEPOSIT_CURRENCY })
      return sendOnce({
        instruction: { bank: link.bank, operation: 'push', reference, iban, holder, money },
        fingerprint: start.fingerprint,
        timeoutMs: start.policy.send_timeout_ms,
        replied: 'bank-link.send/reply',
        mark: async () => {
          const sent_at = (await readBusinessNow(db)).toISOString()
          const from = (deposit: Deposit) => deposit.sent_at === null
          return changed(start, number, { event: 'bank_link.deposit_sent', from, to: { sent_at } })
        },
        unmark: () =>
          changed(start, number, {
            event: 'bank_link.deposit_undelivered',
            from: () => true,
            to: { sent_at: null }
          })
      })
    },

    inquireDeposit: (start: BankLinkStart, number: number): Promise<BankInquiry> => {
      const signal = AbortSignal.timeout(start.policy.inquiry_timeout_ms)
      return bank.inquire(start.order.bank, `${start.id}-${number}`, signal)
    },

    /** The bank has pushed it; with the second one the customer is asked for the amounts. */
    bookDeposit: (start: BankLinkStart, number: number, bankReference: string): Promise<BankLinkProgress> =>
      step(start, { name: 'book', reference: `${start.id}-${number}` }, (link, now) => {
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
      step(start, { name: 'stuck', reference: `${start.id}-${number}` }, (link) => {
        const reference = depositReference(link.id, number)
        const data = { bank: link.bank, reference, sent_at: link.deposits[number - 1]!.sent_at }
        const task = { id: sameDigits('tsk', link.id), kind: 'stuck_bank_instruction', data } as const
        return { records: [bankLinkUnits(start, vault).write(link, link, [], { event: 'bank_link.stuck', task })] }
      })
  }
}

const withDeposit = (link: BankLink, number: number, to: Partial<Deposit>): BankLink => ({
  ...link,
  deposits: link.deposits.map((deposit, index) => (index === number - 1 ? { ...deposit, ...to } : deposit))
})
