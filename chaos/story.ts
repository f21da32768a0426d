import type { SeededCustomer } from '../local/credentials.ts'
import type { Caller, Callers } from './callers.ts'
import type { People } from './people.ts'
import type { Random } from './random.ts'
import type { Sandbox } from './system.ts'

/** What one person does with the system, over HTTP alone, from beginning to end. A process gets its own here. */
export interface Story {
  readonly name: string
  /** Twice the weight is told twice as often. */
  readonly weight: number
  /** Whatever is refused or declined is an end like any other; the oracles judge. */
  readonly run: (scene: Scene) => Promise<unknown>
}

export interface Scene {
  readonly random: Random
  readonly people: People
  readonly sandbox: Sandbox
  /** Somebody at random. */
  readonly customer: SeededCustomer
  readonly service: Caller
  readonly merchant: Caller
  as(by: string): Caller
  introduce: Callers['introduce']
}

export const usd = (amount: number) => ({ amount: String(amount), currency: 'USD' })

/** Minor units; mostly an amount of which the bank makes nothing, sometimes one of its magic ones. */
export function amountIn(random: Random, from: number, to: number, magic: readonly number[] = []): number {
  const whole = random.between(from / 100, to / 100) * 100
  return magic.length > 0 && random.next() < 0.3 ? whole + random.pick(magic) : whole + random.between(10, 99)
}

export const idOf = ({ body }: { readonly body: Record<string, unknown> }): string => String(body['id'])
