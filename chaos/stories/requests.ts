import { amountIn, idOf, usd, type Story } from '../story.ts'

/** Three who pay it at the same moment: one does, and the others are told so. */
const once: Story = {
  name: 'payment request, paid once',
  weight: 3,
  run: async ({ random, people, service, merchant }) => {
    const made = await merchant.post('/v1/payment-requests', { amount: usd(amountIn(random, 300, 1_000)) })
    if (made.status >= 300) return
    const payers = Array.from({ length: random.between(1, 3) }, () => random.pick(people.customers))
    await Promise.all(
      payers.map(({ wallet_id, bank_account_id }) =>
        service.post('/v1/payments', {
          wallet_id,
          payment_request_id: idOf(made),
          ...(random.next() < 0.3 && { funding: { type: 'bank_account', id: bank_account_id } })
        })
      )
    )
    if (random.next() < 0.3) await merchant.post(`/v1/payment-requests/${idOf(made)}/cancel`)
  }
}

const forMany: Story = {
  name: 'payment request for many',
  weight: 1,
  run: async ({ random, people, service, merchant }) => {
    const made = await merchant.post('/v1/payment-requests', { currency: 'USD', multi_use: true })
    if (made.status >= 300) return
    for (let payer = 0; payer < 3; payer++)
      await service.post('/v1/payments', {
        wallet_id: random.pick(people.customers).wallet_id,
        payment_request_id: idOf(made),
        amount: usd(amountIn(random, 300, 900))
      })
    await merchant.post(`/v1/payment-requests/${idOf(made)}/cancel`)
  }
}

export const requestStories: readonly Story[] = [once, forMany]
