/** NIST SP 800-63B: length decides, composition rules do not help. Ten beats the usual eight against offline guessing. */
const LENGTH_MIN = 10

/** Long enough for any passphrase, short enough that hashing it is no way to keep us busy. */
const LENGTH_MAX = 128

/** The heads of published lists of leaked passwords; a longer one that only repeats or continues them is no better. */
const COMMON = [
  'password',
  'passwort',
  'qwertyuiop',
  'qwerty',
  'iloveyou',
  'letmein',
  'welcome',
  'admin',
  'football',
  '1q2w3e4r5t'
]

/**
 * Why a password may not be chosen; undefined: it may.
 * @param logins the customer's e-mail address and phone number: the first things that a guesser tries.
 */
export function passwordFault(
  password: string,
  logins: readonly string[]
): 'too_short' | 'too_long' | 'common' | undefined {
  const length = [...password].length
  if (length < LENGTH_MIN) return 'too_short'
  if (length > LENGTH_MAX) return 'too_long'
  const plain = password.toLowerCase()
  const isLogin = logins.some((login) => plain === login.toLowerCase() || plain === login.toLowerCase().split('@')[0])
  return isLogin || new Set(plain).size < 4 || isCommon(plain) || isRun(plain) ? 'common' : undefined
}

/** A common word with digits or marks around it: `Password123!`. */
const isCommon = (plain: string): boolean =>
  COMMON.includes(plain.replace(/^[^a-z]+|[^a-z]+$/g, '')) || COMMON.includes(plain)

/** `1234567890`, `abcdefghij`: each character follows the one before. */
const isRun = (plain: string): boolean =>
  [...plain].every(
    (_, at) => at === 0 || plain.charCodeAt(at) - plain.charCodeAt(at - 1) === 1 || plain.slice(at - 1, at + 1) === '90'
  )
