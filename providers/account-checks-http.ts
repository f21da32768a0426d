import { z } from 'zod'
import type { AccountChecks, AccountQuestion } from './bank.ts'
import type { HttpBankOptions } from './bank-http.ts'
import { createSignedExchange } from './signed-exchange.ts'

const Payee = z.object({ status: z.enum(['match', 'close', 'no_match', 'closed']) })
const Ownership = z.object({ status: z.enum(['owned', 'not_owned', 'pending']) })

/** What banks say about accounts, over signed HTTP; what they do not say is an error, since asking again does no harm. */
export function createAccountChecks({ url, signingKey, timeoutMs }: HttpBankOptions): AccountChecks {
  const ask = createSignedExchange({ whom: 'the bank', signingKey, timeoutMs })
  const about = ({ bank, reference, iban, name }: AccountQuestion, what: string) => ({
    method: 'POST' as const,
    url: `${url}/banks/${bank}/${what}`,
    body: JSON.stringify({ reference, iban, name })
  })
  return {
    confirmPayee: async (question, signal) => ({
      kind: (await ask(about(question, 'payee-checks'), Payee, signal)).status
    }),
    checkOwnership: async (question, signal) => ({
      kind: (await ask(about(question, 'ownership-checks'), Ownership, signal)).status
    })
  }
}
