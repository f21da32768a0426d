/** An element of a document that came from outside. */
export interface XmlElement {
  /** Without its prefix. */
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** All of its own text, trimmed. */
  readonly text: string
}

/** Why a text is not taken; never quotes it. */
export class MalformedXml extends Error {
  override readonly name = 'MalformedXml'
}

/** Deeper than any statement: a bank's are about ten. */
const DEPTH_MAX = 32

const NAME = /[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/y
const SPACE = /[ \t\r\n]*/y
const ENTITY = /&(?:#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));|&/g
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Reads the part of XML that data is written in: elements, attributes, text, comments, the five entities and characters by
 * number. What makes XML dangerous is refused, not skipped: document types (and with them entities of one's own, and files
 * of others), processing instructions, CDATA. Takes time in proportion to the text.
 * @throws {MalformedXml}
 */
export function parseXml(text: string): XmlElement {
  const cursor = createCursor(text)
  skipDeclaration(cursor)
  skipBlank(cursor)
  const root = readElement(cursor, 1)
  skipBlank(cursor)
  if (!cursor.isAtEnd()) throw new MalformedXml('something stands behind the end')
  return root
}

/** What an element has inside it under that name; the first one. */
export const childOf = (element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined =>
  path.reduce<XmlElement | undefined>((at, name) => at?.children.find((child) => child.name === name), element)

export const childrenOf = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.children.filter((child) => child.name === name)

type Cursor = ReturnType<typeof createCursor>

function createCursor(text: string) {
  let at = 0
  const upTo = (what: string, missing: string): string => {
    const end = text.indexOf(what, at)
    if (end < 0) throw new MalformedXml(missing)
    const passed = text.slice(at, end)
    at = end
    return passed
  }
  return {
    is: (what: string): boolean => text.startsWith(what, at),
    isAtEnd: (): boolean => at >= text.length,
    match: (pattern: RegExp): string => {
      pattern.lastIndex = at
      const found = pattern.exec(text)?.[0] ?? ''
      at += found.length
      return found
    },
    take: (what: string): void => {
      if (!text.startsWith(what, at)) throw new MalformedXml(`${what} was expected`)
      at += what.length
    },
    /** What stands before it; the place is then in front of it. */
    upTo,
    /** The same, and passes it. */
    past: (what: string): string => {
      const passed = upTo(what, `${what} is missing`)
      at += what.length
      return passed
    }
  }
}

function skipDeclaration(cursor: Cursor): void {
  if (cursor.is('\u{feff}')) cursor.take('\u{feff}')
  if (!cursor.is('<?xml ')) return
  cursor.take('<?xml ')
  const said = cursor.past('?>')
  if (!/^version=["']1\.0["'](\s+encoding=["']UTF-8["'])?(\s+standalone=["'](yes|no)["'])?\s*$/i.test(said))
    throw new MalformedXml('neither XML 1.0 nor UTF-8')
}

function skipBlank(cursor: Cursor): void {
  cursor.match(SPACE)
  while (cursor.is('<!--')) {
    cursor.past('-->')
    cursor.match(SPACE)
  }
}

function readName(cursor: Cursor): string {
  const found = cursor.match(NAME)
  if (found === '') throw new MalformedXml('a name was expected')
  return found
}

function readAttributes(cursor: Cursor): Map<string, string> {
  const all = new Map<string, string>()
  while (cursor.match(SPACE) !== '' && !cursor.is('>') && !cursor.is('/>')) {
    const key = readName(cursor)
    cursor.match(SPACE)
    cursor.take('=')
    cursor.match(SPACE)
    const quote = cursor.is('"') ? '"' : "'"
    cursor.take(quote)
    if (all.has(key)) throw new MalformedXml('an attribute stands twice')
    all.set(key, decode(cursor.past(quote)))
  }
  return all
}

function readElement(cursor: Cursor, depth: number): XmlElement {
  if (depth > DEPTH_MAX) throw new MalformedXml(`nested deeper than ${DEPTH_MAX} levels`)
  cursor.take('<')
  const tag = readName(cursor)
  const attributes = readAttributes(cursor)
  const name = tag.slice(tag.indexOf(':') + 1)
  if (cursor.is('/>')) {
    cursor.take('/>')
    return { name, attributes, children: [], text: '' }
  }
  cursor.take('>')
  const children: XmlElement[] = []
  let said = ''
  for (;;) {
    said += decode(cursor.upTo('<', 'an element does not end'))
    if (cursor.is('</')) break
    if (cursor.is('<!--')) cursor.past('-->')
    else children.push(readElement(cursor, depth + 1))
  }
  cursor.take('</')
  cursor.take(tag)
  cursor.match(SPACE)
  cursor.take('>')
  return { name, attributes, children, text: said.trim() }
}

function decode(text: string): string {
  if (text.includes('<')) throw new MalformedXml('a tag begins inside a tag')
  if (!text.includes('&')) return text
  return text.replace(ENTITY, (_, decimal?: string, hex?: string, entity?: string) => {
    if (entity !== undefined) return named[entity]!
    const point = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    if (!(point >= 32 && point <= 0x10ffff) && point !== 9 && point !== 10 && point !== 13)
      throw new MalformedXml('an entity that nobody declared')
    return String.fromCodePoint(point)
  })
}
