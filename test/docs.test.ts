import { describe, expect, it } from '@jest/globals'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { variableNames } from '../config.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const decisions = readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`)
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs/magic-values.md',
  ...decisions
]
const packageJson = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

/** The rows of the table that follows a heading or sentence, each as its cells. */
function tableAfter(file: string, words: string): string[][] {
  const [, rest] = read(file).split(words)
  if (rest === undefined) throw new Error(`${file} does not say: ${words}`)
  const lines = rest.split('\n')
  const from = lines.findIndex((line) => line.startsWith('|'))
  const length = lines.slice(from).findIndex((line) => !line.startsWith('|'))
  return lines.slice(from + 2, from + length).map((line) => line.split('|').slice(1, -1))
}

const namesIn = (cell: string | undefined): string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name!)

describe('README', () => {
  it('has every variable of config.ts in its first table, and no other', () => {
    const named = tableAfter('README.md', '## Configuration').flatMap(([name]) => namesIn(name))
    expect(named.sort()).toEqual([...variableNames].sort())
  })

  it('has every variable that npm start reads in its second table', () => {
    const code = read('local/settings.ts') + read('local/temporal-cli.ts')
    const readByCode = new Set(
      code.match(/(?<=environment\.)[A-Z][A-Z_]+|\b[A-Z][A-Z_]*PORT(?=: \d)|\b[A-Z]+_[A-Z_]+(?=[, }].*= environment)/g)
    )
    const table = tableAfter('README.md', '`npm start` reads these as well').flat().flatMap(namesIn)
    expect(readByCode.size).toBeGreaterThan(10)
    expect([...readByCode].filter((name) => !table.includes(name))).toEqual([])
  })

  it('names only commands that package.json has', () => {
    const named = [...read('README.md').matchAll(/npm run ([a-z:-]+)/g)].map(([, name]) => name!)
    expect(named.filter((name) => !(name in packageJson.scripts))).toEqual([])
  })
})

describe('ARCHITECTURE', () => {
  it('gives a reason for every package, and for no other', () => {
    const named = tableAfter('ARCHITECTURE.md', '## Dependencies').flatMap(([name]) => namesIn(name))
    expect(named.sort()).toEqual(Object.keys({ ...packageJson.dependencies, ...packageJson.devDependencies }).sort())
  })
})

describe.each(documents)('%s', (file) => {
  it('names only files that are there', () => {
    const paths = [...read(file).matchAll(/`((?:[\w.-]+\/)+[\w.-]*|[\w-]+\.(?:ts|js|mjs|yml|md|json))`/g)].map(
      ([, path]) => path!
    )
    const madeElsewhere =
      /^(postgres|temporal|sandbox|logs|workflow-bundle|programs)\/$|^(secrets|credentials)\.json$|^logs\/|^temporalio\//
    const lost = paths.filter(
      (path) =>
        /^[a-z.]/.test(path) &&
        !madeElsewhere.test(path) &&
        !existsSync(join(root, path)) &&
        !existsSync(join(root, dirname(file), path))
    )
    expect(lost).toEqual([])
  })

  it('links only to files that are there', () => {
    const links = [...read(file).matchAll(/\]\(([^)#:]+)\)/g)].map(([, path]) => path!)
    expect(links.filter((path) => !existsSync(join(root, dirname(file), path)))).toEqual([])
  })
})

describe('docs/decisions', () => {
  it('lists every decision on its first page', () => {
    const pages = decisions.map((path) => path.slice('docs/decisions/'.length)).filter((name) => name !== 'README.md')
    expect(pages.filter((name) => !read('docs/decisions/README.md').includes(`](${name})`))).toEqual([])
  })
})
