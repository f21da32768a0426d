import { SaxesParser, type SaxesTagPlain } from 'saxes'

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

interface Open {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: XmlElement[]
  said: string
}

/**
 * Reads the part of XML 1.0 that data is written in: elements, attributes, text, comments, the five entities and characters
 * by number. What makes XML dangerous is refused, not skipped: document types (and with them entities of one's own, and
 * files of others), processing instructions, CDATA.
 * @throws {MalformedXml}
 */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: false, position: false } as const)
  const open: Open[] = []
  let root: XmlElement | undefined
  const refuse = (why: string) => () => {
    throw new MalformedXml(why)
  }
  parser.on('doctype', refuse('a document type is not read'))
  parser.on('processinginstruction', refuse('a processing instruction is not read'))
  parser.on('cdata', refuse('CDATA is not read'))
  // What it says of the place quotes the text.
  parser.on('error', refuse('not well-formed'))
  parser.on('xmldecl', ({ version, encoding = 'UTF-8' }) => {
    if (version !== '1.0' || encoding.toUpperCase() !== 'UTF-8') throw new MalformedXml('neither XML 1.0 nor UTF-8')
  })
  parser.on('opentag', (tag) => {
    if (open.length >= DEPTH_MAX) throw new MalformedXml(`nested deeper than ${DEPTH_MAX} levels`)
    open.push(opened(tag))
  })
  parser.on('text', (said) => {
    const at = open.at(-1)
    if (at) at.said += said
  })
  parser.on('closetag', () => {
    const { said, ...of } = open.pop()!
    const element = { ...of, text: said.trim() }
    const parent = open.at(-1)
    if (parent) parent.children.push(element)
    else root = element
  })
  parser.write(text).close()
  if (!root) throw new MalformedXml('nothing in it')
  return root
}

const opened = ({ name, attributes }: SaxesTagPlain): Open => ({
  name: name.slice(name.indexOf(':') + 1),
  attributes: new Map(Object.entries(attributes)),
  children: [],
  said: ''
})

/** What an element has inside it under that name; the first one. */
export const childOf = (element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined =>
  path.reduce<XmlElement | undefined>((at, name) => at?.children.find((child) => child.name === name), element)

export const childrenOf = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.children.filter((child) => child.name === name)
