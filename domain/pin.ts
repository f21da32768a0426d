import type { Policy } from './policy/index.ts'

type PinPolicy = Policy['pin']
type LockPolicy = Pick<PinPolicy, 'attempts' | 'lock_ms' | 'lock_max_ms'>

/**
 * Why a PIN may not be chosen: not the right number of digits, or one that guessers try first. Undefined: it may.
 * @param birthDate `YYYY-MM-DD` of the customer, whose usual ways of writing are refused too.
 */
export function pinFault(pin: string, policy: PinPolicy, birthDate?: string): 'format' | 'common' | undefined {
  if (!isPin(pin, policy)) return 'format'
  const common = policy.common.includes(pin) || isPattern(pin) || (birthDate !== undefined && isDate(pin, birthDate))
  return common ? 'common' : undefined
}

/** The right number of ASCII digits: all that a confirmation needs to look at before it compares hashes. */
export const isPin = (pin: string, { digits }: PinPolicy): boolean => pin.length === digits && /^[0-9]+$/.test(pin)

/**
 * How long the PIN is locked after this many wrong ones in a row, in milliseconds: 0 between locks, then `lock_ms`,
 * doubled at each further lock, at most `lock_max_ms`.
 */
export function pinLockMs(failures: number, { attempts, lock_ms, lock_max_ms }: LockPolicy): number {
  if (!Number.isSafeInteger(failures) || failures < 0) throw new RangeError('failures are counted from 0')
  if (failures === 0 || failures % attempts !== 0) return 0
  return Math.min(lock_ms * 2 ** (failures / attempts - 1), lock_max_ms)
}

/** Tries left before the next lock; 0 at the failure that locks. */
export const attemptsLeft = (failures: number, { attempts }: Pick<LockPolicy, 'attempts'>): number =>
  failures > 0 && failures % attempts === 0 ? 0 : attempts - (failures % attempts)

function isPattern(pin: string): boolean {
  const step = (at: number) => (Number(pin[at]) - Number(pin[at - 1]) + 10) % 10
  const even = [...pin].every((_, at) => at < 2 || step(at) === step(1))
  const fewDigits = new Set(pin).size <= 2
  const blockAgain = /^(.+)\1+$/.test(pin)
  const doubled = /^(?:(.)\1)+$/.test(pin)
  return even || fewDigits || blockAgain || doubled
}

function isDate(pin: string, birthDate: string): boolean {
  const [year = '', month = '', day = ''] = birthDate.split('-')
  const short = year.slice(2)
  const written = [day + month + short, month + day + short, short + month + day, year + month, month + year]
  return [...written, day + month + year, month + day + year, year + month + day].includes(pin)
}
