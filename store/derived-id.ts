import { createHash } from 'node:crypto'
import { idOf, type IdByPrefix, type IdPrefix } from '../domain/ids.ts'

/** 128 bits that follow from a text, as lower-case hex: whoever repeats what it stands for finds it made. */
export const derivedDigits = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** An id of those digits. */
export const derivedId = <P extends IdPrefix>(prefix: P, text: string): IdByPrefix[P] =>
  idOf(prefix, `${prefix}_${derivedDigits(text)}`)
