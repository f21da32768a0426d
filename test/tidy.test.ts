import { describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
// @ts-expect-error -- plain JavaScript has no types.
import { syntaxBans } from '../eslint.config.js'

const bans: Record<string, { message: string }> = syntaxBans

const root = join(import.meta.dirname, '..')
const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8'
})
const files = listed.split('\n').filter((file) => file !== '' && existsSync(join(root, file)))
const textFiles = files.filter((file) =>
  /\.(ts|js|mjs|mts|json|md|sql|ya?ml|sh)$|Dockerfile|\.ci\/run|^\.[a-z]+rc/.test(file)
)
const code = files.filter((file) => /\.(ts|mts|js|mjs)$/.test(file))
const tests = files.filter((file) => file.endsWith('.test.ts'))
const contentOf = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Every line that matches, as `file:line`, so that a failure says where. */
const linesWith = (pattern: RegExp, among: readonly string[]): string[] =>
  among.flatMap((file) =>
    contentOf(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1} ${line.trim().slice(0, 100)}`] : []))
  )

describe('tidy: the source', () => {
  it('has no file above 300 lines: split it by concept', () => {
    expect(code.filter((file) => contentOf(file).split('\n').length > 301)).toEqual([])
  })

  it('reads the environment in config.ts only (local/, bench/, chaos/ and tests pass one on to their children)', () => {
    const others = code.filter((file) => !/^(config\.ts|local\/|bench\/|chaos\/|test\/|eslint\.config\.js)/.test(file))
    expect(linesWith(/\bprocess\.env\b/, others)).toEqual([])
  })

  it('names a file after what is in it, not after its being of use', () => {
    const vague = /(^|\/)(utils?|helpers?|managers?|misc|common|shared|stuff)(\/|\.)/i
    expect(code.filter((file) => vague.test(file))).toEqual([])
  })

  it('names a function after what it does, not that it does something', () => {
    const vague = /\b(function|const)\s+(handle|manage|do)[A-Z]\w*\s*(=\s*(async\s*)?\(|\()/
    expect(linesWith(vague, code)).toEqual([])
  })

  it('leaves nothing to be done later in a comment: file an issue instead', () => {
    const words = ['TODO', 'FIXME'].join('|')
    expect(
      linesWith(
        new RegExp(`\\b(${words})\\b`),
        code.filter((file) => file !== 'test/tidy.test.ts')
      )
    ).toEqual([])
  })

  it.each(Object.entries(bans))('is told by the ban of %s what to use instead', (_name, { message }) => {
    expect(message).toMatch(/: .* instead/)
  })
})

describe('tidy: the tests', () => {
  const names = tests.flatMap((file) =>
    [...contentOf(file).matchAll(/^\s*it(?:\.each\([^\n]*?\))?\(\s*(['"`])(.+?)\1,/gm)].map(([, , name]) => ({
      file,
      name
    }))
  )

  it('are found by this test at all', () => {
    expect(names.length).toBeGreaterThan(20)
  })

  it('are named as sentences: subject, circumstance, result', () => {
    const isSentence = (name = '') => name.trim().split(/\s+/).length >= 3 && !/^should\b/.test(name)
    expect(names.filter(({ name }) => !isSentence(name))).toEqual([])
  })

  it('do not sleep: they wait for what has to happen', () => {
    expect(linesWith(/await (sleep|delay|pause)\(|await new Promise\(\(?\w*\)? => setTimeout/, tests)).toEqual([])
  })
})

describe('tidy: what is committed', () => {
  it('names no host of a package registry', () => {
    const hosts = [
      ['registry', 'npmjs', 'org'],
      ['pypi', 'org'],
      ['pythonhosted', 'org'],
      ['proxy', 'golang', 'org'],
      ['deb', 'debian', 'org'],
      ['repo1', 'maven', 'org']
    ]
    const anyHost = new RegExp(hosts.map((parts) => parts.join('\\.')).join('|'))
    expect(linesWith(anyHost, textFiles)).toEqual([])
  })

  // Users inside the containers of docker-compose.yml have homes that are the same everywhere.
  it('names no path of the machine that it was written on', () => {
    const homes = ['home', 'Users'].map((folder) => `/${folder}/(?!(?:node|temporal)/)[a-z][\\w.-]*/`)
    const pattern = new RegExp(`(^|[\\s'"\`(=:])(${[...homes, '/(root|work)/'].join('|')})`)
    expect(linesWith(pattern, textFiles)).toEqual([])
  })

  it('locks packages by version and hash, not by the address that they came from', () => {
    const { packages } = JSON.parse(contentOf('package-lock.json'))
    const entries = Object.entries<{ resolved?: string; integrity?: string }>(packages)
    expect(entries.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([])
    expect(entries.filter(([path, { integrity }]) => path !== '' && !integrity).map(([path]) => path)).toEqual([])
  })

  it('locks each package for every system, not only for the one where the lock was written', () => {
    type Entry = { optionalDependencies?: Record<string, string> }
    const { packages } = JSON.parse(contentOf('package-lock.json')) as { packages: Record<string, Entry> }
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`]
      )
    )
    expect(missing).toEqual([])
  })

  it('pins every package to one version', () => {
    const { dependencies, devDependencies } = JSON.parse(contentOf('package.json'))
    const ranges = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d/.test(String(version))
    )
    expect(ranges).toEqual([])
  })
})

describe('tidy: the installation', () => {
  it('has one copy of protobufjs for all of Temporal: with two, histories cannot be written as JSON', () => {
    const own = createRequire(join(root, 'package.json'))
    const users = ['@temporalio/proto', '@temporalio/common', '@temporalio/client', '@temporalio/worker']
    const copyOf = (user: string) => realpathSync(createRequire(own.resolve(user)).resolve('protobufjs'))
    expect([...new Set(users.map(copyOf))]).toEqual([realpathSync(own.resolve('protobufjs'))])
  })
})
