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
  const reader = createReader(text)
  reader.declaration()
  reader.blank()
  const root = reader.element(1)
  reader.blank()
  reader.end()
  return root
}

/** What an element has inside it under that name; the first one. */
export const childOf = (element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined =>
  path.reduce<XmlElement | undefined>((at, name) => at?.children.find((child) => child.name === name), element)

export const childrenOf = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.children.filter((child) => child.name === name)

function createReader(text: string) {
  let at = 0

  const is = (what: string) => text.startsWith(what, at)
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? ''
    at += found.length
    return found
  }
  const take = (what: string): void => {
    if (!is(what)) throw new MalformedXml(`${what} was expected`)
    at += what.length
  }
  const upTo = (what: string): string => {
    const end = text.indexOf(what, at)
    if (end < 0) throw new MalformedXml(`${what} is missing`)
    const passed = text.slice(at, end)
    at = end + what.length
    return passed
  }
  const name = (): string => {
    const found = match(NAME)
    if (found === '') throw new MalformedXml('a name was expected')
    return found
  }

  function comments(): void {
    while (is('<!--')) {
      at += 4
      upTo('-->')
      match(SPACE)
    }
  }

  function attributes(): Map<string, string> {
    const all = new Map<string, string>()
    while (match(SPACE) !== '' && !is('>') && !is('/>')) {
      const key = name()
      match(SPACE)
      take('=')
      match(SPACE)
      const quote = is('"') ? '"' : "'"
      take(quote)
      if (all.has(key)) throw new MalformedXml('an attribute stands twice')
      all.set(key, decode(upTo(quote)))
    }
    return all
  }

  function element(depth: number): XmlElement {
    if (depth > DEPTH_MAX) throw new MalformedXml(`nested deeper than ${DEPTH_MAX} levels`)
    take('<')
    const tag = name()
    const own = attributes()
    const children: XmlElement[] = []
    let said = ''
    if (is('/>')) at += 2
    else {
      take('>')
      for (;;) {
        const end = text.indexOf('<', at)
        if (end < 0) throw new MalformedXml('an element does not end')
        said += decode(text.slice(at, end))
        at = end
        if (is('</')) break
        if (is('<!--')) comments()
        else children.push(element(depth + 1))
      }
      take('</')
      take(tag)
      match(SPACE)
      take('>')
    }
    return { name: tag.slice(tag.indexOf(':') + 1), attributes: own, children, text: said.trim() }
  }

  return {
    declaration(): void {
      if (is('\u{feff}')) at += 1
      if (
        is('<?xml ') &&
        /^ version=["']1\.0["']( encoding=["']UTF-8["'])?[ a-z="']*\?$/i.test(text.slice(5, text.indexOf('>')))
      )
        upTo('?>')
    },
    blank(): void {
      match(SPACE)
      comments()
    },
    element,
    end(): void {
      if (at < text.length) throw new MalformedXml('something stands behind the end')
    }
  }
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
