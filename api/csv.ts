/** Rows as RFC 4180 has them. */
export const toCsv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')

/** A spreadsheet takes what begins like this for a formula, and runs it; a number may begin with a minus. */
const FORMULA = /^[=+\-@\t\r]/
const NUMBER = /^-?[0-9]+$/

const cell = (text: string): string => {
  const harmless = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
