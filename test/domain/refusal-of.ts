import { Refusal } from '../../domain/errors.ts'

/** The refusal that `call` throws, as code and data; fails on anything else that it throws or answers. */
export function refusalOf(call: () => unknown): { code: string; data: Readonly<Record<string, unknown>> } {
  let answer: unknown
  try {
    answer = call()
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, data: error.data }
    throw error
  }
  throw new Error(`expected a refusal, got ${String(answer)}`)
}
