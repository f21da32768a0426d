/** The alphabet of text messages (GSM 03.38); those of the second line count twice. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const EXTENDED = '^{}\\[~]|€'

const basic: ReadonlySet<string> = new Set(BASIC)
const extended: ReadonlySet<string> = new Set(EXTENDED)

/** Of how many parts a text message is made: one holds 160 characters of its alphabet or 70 of any, each of several 153 or 67. */
export function partsOf(text: string): number {
  const letters = [...text]
  if (letters.every((each) => basic.has(each) || extended.has(each))) {
    const length = letters.reduce((sum, each) => sum + (extended.has(each) ? 2 : 1), 0)
    return length <= 160 ? 1 : Math.ceil(length / 153)
  }
  return text.length <= 70 ? 1 : Math.ceil(text.length / 67)
}

/** The beginning of a name, cut at a letter's end, and without marks that no text message knows. */
export function fitPart(name: string, max: number): string {
  const letters = [...name].flatMap((each) =>
    basic.has(each) ? [each] : [...each.normalize('NFKD').replace(/\p{M}/gu, '')]
  )
  return letters.length <= max
    ? letters.join('')
    : `${letters
        .slice(0, max - 1)
        .join('')
        .trimEnd()}.`
}
