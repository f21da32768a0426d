import { randomBytes } from 'node:crypto'
import { currency } from '../../domain/currencies.ts'
import type { WireMoney } from '../../domain/money.ts'
import type { AcquirerProvider } from '../../providers/acquirer.ts'
import { createHttpAcquirer } from '../../providers/acquirer-http.ts'
import { tokenise } from './cards.ts'
import type { SandboxHandle } from './sandbox.ts'

/** Our side of the wire, against a sandbox that a test has started. */
export const acquirerAt = ({ url, keys }: SandboxHandle, timeoutMs = 5_000): AcquirerProvider =>
  createHttpAcquirer({ url, signingKey: keys.privateKey, timeoutMs })

export const newReference = (): string => `pay_${randomBytes(16).toString('hex')}`

/** US cents. */
export const cents = (amount: number): WireMoney => ({ amount: String(amount), currency: currency('USD') })

/** The token of a card that was verified, so that it pays. */
export async function verifiedToken(sandbox: SandboxHandle, number?: string): Promise<string> {
  const token = await tokenise(sandbox, number)
  await acquirerAt(sandbox).send({ operation: 'verify', reference: newReference(), token })
  return token
}
