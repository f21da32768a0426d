/**
 * Rows as RFC 4180, for spreadsheets that take a text which begins like a formula for one: such a text gets an apostrophe in
 * front. Numbers stay as they are, below zero too.
 */
export const csvOf = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(field).join(',')}\r\n`).join('')

function field(text: string): string {
  const isNumber = /^-?[0-9]+(\.[0-9]+)?$/.test(text)
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
