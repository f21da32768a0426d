import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Refusal } from '../../domain/errors.ts'
import { idOf } from '../../domain/ids.ts'
import { decideRefund, destinationOf, neededOf, sharesAfter, type RefundedPayment } from '../../domain/refund-rules.ts'

const merchant = (digit: string) => idOf('mer', `mer_${digit.repeat(32)}`)
const payee = merchant('a')
const account = { type: 'bank_account', id: idOf('ban', `ban_${'0'.repeat(32)}`), bank: 'a' } as const

const payment: RefundedPayment = {
  state: 'succeeded',
  merchantId: payee,
  funding: { type: 'balance' },
  railReference: null,
  captured: 1_000n,
  refunded: 0n,
  disputed: 0n,
  returned: 0n,
  fee: 16n,
  splits: []
}
const kept = { return_fee: false, feeReturned: 0n }
const codeOf = (decided: unknown) => (decided instanceof Refusal ? [decided.code, decided.data['remaining']] : decided)

describe('A refund', () => {
  it('is at most what is captured, less what is refunded, less what is disputed', () => {
    const some = { ...payment, refunded: 300n, disputed: 200n }
    expect(decideRefund(some, { whole: false, amount: 500n }, kept)).toMatchObject({ amount: 500n })
    expect(decideRefund(some, { whole: true, amount: 1n }, kept)).toMatchObject({ amount: 500n })
    expect(codeOf(decideRefund(some, { whole: false, amount: 501n }, kept))).toEqual([
      ...['amount_exceeds_refundable', '500']
    ])
    const all = { ...payment, refunded: 1_000n }
    expect(codeOf(decideRefund(all, { whole: true, amount: 1n }, kept))).toEqual(['amount_exceeds_refundable', '0'])
    expect(codeOf(decideRefund({ ...payment, captured: 0n }, { whole: true, amount: 1n }, kept))).toEqual([
      ...['payment_not_captured', undefined]
    ])
  })

  it('leaves the fee where it is, or gives it back in proportion: in the end exactly the fee', () => {
    expect(decideRefund(payment, { whole: true, amount: 1n }, kept)).toMatchObject({ feeReturned: 0n })
    const feesOf = (amounts: readonly bigint[]) => {
      let refunded = 0n
      let feeReturned = 0n
      for (const amount of amounts) {
        const asked = { whole: false, amount }
        const decided = decideRefund({ ...payment, refunded }, asked, { return_fee: true, feeReturned })
        if (decided instanceof Refusal) throw decided
        refunded += amount
        feeReturned += decided.feeReturned
      }
      return feeReturned
    }
    expect(feesOf([1_000n])).toBe(16n)
    expect(feesOf([1n, 333n, 333n, 333n])).toBe(16n)
    expect(feesOf([500n])).toBe(8n)
  })

  it('in whatever parts takes of each who shares the payment no more than they have got, and in the end all of it', () => {
    const amounts = fc.array(fc.bigInt({ min: 1n, max: 500n }), { minLength: 1, maxLength: 30 })
    const shares = fc.array(fc.bigInt({ min: 0n, max: 700n }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(shares, amounts, (captured, parts) => {
        const whole = captured.reduce((sum, each) => sum + each, 0n)
        let splits = captured.map((each, index) => {
          const share = { amount: each, captured: each, refunded: 0n, type: 'share' as const }
          return { merchantId: index === 0 ? payee : merchant(String(index)), ...share }
        })
        let refunded = 0n
        for (const amount of [...parts, undefined]) {
          const asked = { whole: amount === undefined, amount: amount ?? 0n }
          const decided = decideRefund({ ...payment, captured: whole, refunded, splits }, asked, kept)
          if (decided instanceof Refusal) continue
          expect(decided.parts.reduce((sum, part) => sum + part.amount, 0n)).toBe(decided.amount)
          splits = sharesAfter(splits, decided.parts, 'given_back') as typeof splits
          refunded += decided.amount
          for (const share of splits) expect(share.refunded <= share.captured).toBe(true)
        }
        expect(splits.map((share) => share.refunded)).toEqual(captured)
        expect(refunded).toBe(whole)
      })
    )
  })

  it('that is not made leaves the shares as they were', () => {
    const share = { merchantId: payee, amount: 10n, captured: 10n, refunded: 0n, type: 'share' } as const
    const parts = [{ merchantId: payee, amount: 4n }]
    const reserved = sharesAfter([share], parts, 'given_back')
    expect(reserved).toEqual([{ ...share, refunded: 4n }])
    expect(sharesAfter(reserved, parts, 'kept')).toEqual([share])
  })

  it('needs of the payee only what the fee that comes back does not bring', () => {
    const parts = [
      { merchantId: merchant('b'), amount: 30n },
      { merchantId: payee, amount: 70n }
    ]
    expect(neededOf({ parts, merchantId: payee, feeReturned: 16n }).map(({ amount }) => amount)).toEqual([30n, 54n])
  })

  it.each([
    ['from balance', { funding: { type: 'balance' } as const }, true, 'wallet'],
    ['that a bank has booked', {}, true, 'original'],
    ['that an operator alone said was booked', { railReference: null }, true, 'wallet'],
    ['that the bank took back from the payer', { returned: 1n }, true, 'wallet'],
    ['from an account that is linked no longer', {}, false, 'wallet']
  ])('of a payment %s', (_, what, linked, destination) => {
    expect(destinationOf({ funding: account, railReference: 'BA1', returned: 0n, ...what }, linked)).toBe(destination)
  })
})
