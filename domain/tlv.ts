import { Refusal } from './errors.ts'

/** One data object of an EMVCo QR text: two digits, the length in characters as two digits, the value. */
export type Fields = ReadonlyMap<string, string>

/**
 * Reads a text that consists of data objects and nothing else, in their order. Characters are Unicode code points.
 * @throws {Refusal} `qr_invalid` with a reason (`tag`, `length`, `duplicate`) and the tag, prefixed by `within`.
 */
export function readTlv(text: string, within = ''): Fields {
  const characters = [...text]
  const fields = new Map<string, string>()
  for (let at = 0; at < characters.length;) {
    const tag = characters.slice(at, at + 2).join('')
    if (!/^[0-9]{2}$/.test(tag)) throw new Refusal('qr_invalid', { reason: 'tag', tag: within || undefined })
    const refuse = (reason: string) => new Refusal('qr_invalid', { reason, tag: within + tag })
    const digits = characters.slice(at + 2, at + 4).join('')
    if (!/^[0-9]{2}$/.test(digits) || digits === '00') throw refuse('length')
    const end = at + 4 + Number(digits)
    if (end > characters.length) throw refuse('length')
    if (fields.has(tag)) throw refuse('duplicate')
    fields.set(tag, characters.slice(at + 4, end).join(''))
    at = end
  }
  return fields
}

/** @throws {RangeError} for a value that a two-digit length cannot describe. */
export function writeTlv(tag: string, value: string): string {
  const length = [...value].length
  if (length < 1 || length > 99) throw new RangeError(`tag ${tag} takes 1 to 99 characters`)
  return `${tag}${length.toString().padStart(2, '0')}${value}`
}
