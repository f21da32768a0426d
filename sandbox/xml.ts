/** An element: its name, its attributes, and what is in it. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Element | string)[]
}

/** `element('Amt', { Ccy: 'USD' }, '10.50')`; children that are undefined are left out. */
export const element = (
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly (Element | string | undefined)[]
): Element => ({ name, attributes, children: children.filter((child) => child !== undefined) })

/** The whole document, escaped, on one line after the declaration: no white space that a reader could take for text. */
export const xmlDocument = (root: Element): string => `<?xml version="1.0" encoding="UTF-8"?>\n${print(root)}\n`

const print = ({ name, attributes, children }: Element): string => {
  const said = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`)
  const inner = children.map((child) => (typeof child === 'string' ? escape(child) : print(child)))
  return `<${name}${said.join('')}>${inner.join('')}</${name}>`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character]!)
