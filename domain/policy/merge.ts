import { isCurrency } from '../currencies.ts'
import { UNLIMITED } from './limits.ts'

export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T

/**
 * `overrides` laid over `defaults`: objects are merged, arrays and values replaced. Made of fresh objects whose keys come
 * from the defaults (or are currency codes), so that `__proto__` and its kin are unknown keys like any other.
 * @throws {TypeError} that names the path of the first unknown key or unfit value.
 */
export function mergeOver<T>(defaults: T, overrides: unknown): DeepReadonly<T> {
  return merged(defaults, overrides, '') as DeepReadonly<T>
}

function merged(standard: unknown, given: unknown, path: string): unknown {
  if (!isObject(standard)) return Object.freeze(given === undefined ? clone(standard) : checked(standard, given, path))
  if (given !== undefined && !isObject(given)) throw new TypeError(`policy ${path || '(root)'}: must be an object`)
  const open = OPEN_MAPS.get(path)
  for (const key of Object.keys(given ?? {})) {
    if (!Object.hasOwn(standard, key) && !open?.(key)) throw new TypeError(`policy ${joined(path, key)}: unknown key`)
  }
  const keys = new Set([...Object.keys(standard), ...Object.keys(given ?? {})])
  const entries = [...keys].map((key) => {
    const own = Object.hasOwn(standard, key) ? standard[key] : Object.values(standard)[0]
    return [key, merged(own, given && Object.hasOwn(given, key) ? given[key] : undefined, joined(path, key))]
  })
  return Object.freeze(Object.fromEntries(entries))
}

/** Maps by currency: the only places where a key may be added. */
const OPEN_MAPS: ReadonlyMap<string, (key: string) => boolean> = new Map([
  ['payment.merchant_fee.fixed', isCurrency],
  ['limits.reference_rates', (key: string) => key !== 'USD' && isCurrency(key)]
])

interface Rule {
  readonly where: RegExp
  readonly fits: (value: unknown) => boolean
  readonly wants: string
}

const AMOUNT = /^(0|[1-9][0-9]{0,17})$/
const isText = (value: unknown, form: RegExp): value is string => typeof value === 'string' && form.test(value)
const isCount = (value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
/** Hoisted: the rules below need it. */
function isZone(value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }) !== undefined
  } catch {
    return false
  }
}
const isList = (value: unknown): value is unknown[] => Array.isArray(value) && value.length <= 10_000

/** What the type of the default does not say. The first rule whose path fits decides. */
const RULES: readonly Rule[] = [
  {
    where: /^limits\.tiers\./,
    fits: (value) => value === UNLIMITED || isText(value, AMOUNT),
    wants: 'a string of minor units or "unlimited"'
  },
  {
    where: /^limits\.reference_rates\./,
    fits: (value) => isText(value, /^[0-9]{1,9}(\.[0-9]{1,12})?$/) && /[1-9]/.test(value),
    wants: 'a decimal string above zero'
  },
  { where: /_bps$|\.bps$/, fits: (value) => isCount(value, 0, 10_000), wants: 'a whole number from 0 to 10000' },
  { where: /^settlement\.daily$/, fits: (value) => typeof value === 'boolean', wants: 'true or false' },
  {
    where: /^settlement\.cut_off\.time$/,
    fits: (value) => isText(value, /^([01][0-9]|2[0-3]):[0-5][0-9]$/),
    wants: 'a time of day such as "16:00"'
  },
  { where: /^settlement\.cut_off\.zone$/, fits: isZone, wants: 'an IANA time zone' },
  { where: /^step_up\.payments_since$/, fits: (value) => isCount(value, 0), wants: 'a whole number' },
  {
    where: /^reconciliation\.date_tolerance_days$/,
    fits: (value) => isCount(value, 0, 30),
    wants: 'a number of days up to 30'
  },
  {
    where: /^reconciliation\.account_ibans\./,
    fits: (value) => isText(value, /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/),
    wants: 'an IBAN without spaces'
  },
  { where: /^pin\.digits$/, fits: (value) => isCount(value, 4, 12), wants: 'a whole number from 4 to 12' },
  {
    where: /^pin\.common$/,
    fits: (value) => isList(value) && value.every((item) => isText(item, /^[0-9]{4,12}$/)),
    wants: 'an array of strings of digits'
  },
  {
    where: /^kyb\.mcc_/,
    fits: (value) => isList(value) && value.every((item) => isText(item, /^[0-9]{4}$/)),
    wants: 'an array of categories of four digits'
  },
  {
    where: /^(bank\.inquiry|bank_link\.ownership|webhook\.retry)\.at_ms$/,
    fits: (value) =>
      isList(value) &&
      value.length > 0 &&
      value.every((item, n) => isCount(item, n === 0 ? 1 : Number(value[n - 1]) + 1)),
    wants: 'an ascending array of milliseconds'
  }
]

function checked(standard: unknown, given: unknown, path: string): unknown {
  const rule = RULES.find(({ where }) => where.test(path)) ?? ruleOf(standard)
  if (!rule.fits(given)) throw new TypeError(`policy ${path}: must be ${rule.wants}`)
  return clone(given)
}

function ruleOf(standard: unknown): Omit<Rule, 'where'> {
  if (typeof standard === 'number') return { fits: (value) => isCount(value, 1), wants: 'a whole number above zero' }
  if (isText(standard, AMOUNT)) return { fits: (value) => isText(value, AMOUNT), wants: 'a string of minor units' }
  throw new TypeError('a policy value of a new kind needs a rule of its own')
}

const clone = (value: unknown): unknown => (Array.isArray(value) ? [...(value as unknown[])] : value)
const joined = (path: string, key: string) => (path === '' ? key : `${path}.${key.slice(0, 40)}`)
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
