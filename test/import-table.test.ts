import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
// @ts-expect-error -- plain JavaScript has no types.
import table from '../.dependency-cruiser.mjs'

const rules: { name: string; comment: string }[] = table.forbidden

const root = join(import.meta.dirname, '..')

/** Each rule with an import that it must refuse: the importing file and what it imports. */
const planted: Record<string, [string, string]> = {
  'domain-is-pure': ['domain/a.ts', "import 'node:fs'"],
  'workflows-only-tell-the-story': ['workflows/a.ts', "import { b } from '../store/b.ts'\nb()"],
  'workflows-import-activities-as-types': ['workflows/b.ts', "import { b } from '../activities/b.ts'\nb()"],
  'workflows-read-no-configuration': ['workflows/c.ts', "import { b } from '../config.ts'\nb()"],
  'workflows-use-no-node-builtins': ['workflows/d.ts', "import 'node:crypto'"],
  'workflows-use-two-packages': ['workflows/e.ts', "import 'kysely'"],
  'activities-do-not-know-their-callers': ['activities/a.ts', "import { b } from '../workflows/messages.ts'\nb()"],
  'books-do-not-know-the-engine': ['store/a.ts', "import '@temporalio/common'"],
  'ledger-stands-below': ['ledger/a.ts', "import { b } from '../store/b.ts'\nb()"],
  'store-keeps-records': ['store/c.ts', "import { b } from '../providers/b.ts'\nb()"],
  'db-is-the-lowest': ['db/a.ts', "import { b } from '../store/b.ts'\nb()"],
  'temporal-is-plumbing': ['temporal/a.ts', "import { b } from '../store/b.ts'\nb()"],
  'providers-are-adapters': ['providers/a.ts', "import { b } from '../store/b.ts'\nb()"],
  'sandbox-is-the-other-side': ['sandbox/a.ts', "import { b } from '../config.ts'\nb()"],
  'api-does-not-act': ['api/a.ts', "import { b } from '../activities/b.ts'\nb()"],
  'api-posts-nothing': ['api/b.ts', "import { b } from '../ledger/posting-queue.ts'\nb()"],
  'api-imports-messages': ['api/c.ts', "import { b } from '../workflows/b.ts'\nb()"],
  'composers-are-not-imported': ['store/d.ts', "import { b } from '../local/b.ts'\nb()"],
  'tests-stay-outside': ['local/a.ts', "import { b } from '../test/b.ts'\nb()"],
  'no-circle': ['domain/c.ts', "import { d } from './d.ts'\nexport const b = () => d"],
  'declared-packages-only': ['local/c.ts', "import '@grpc/grpc-js'"],
  'no-development-packages-in-the-product': ['api/d.ts', "import 'jest'"],
  'no-lost-import': ['api/e.ts', "import './nowhere.ts'"],
  'no-orphan': ['api/f.ts', 'export {}']
}

/** What the table must let through: types, and what the folder may use. */
const allowed: Record<string, string> = {
  'workflows/z.ts':
    "import type { b } from '../activities/b.ts'\nimport '@temporalio/workflow'\nexport type B = typeof b",
  'api/z.ts': "import { b } from '../workflows/messages.ts'\nimport { c } from '../ledger/balances.ts'\nb()\nc()",
  'activities/z.ts': "import { b } from '../ledger/posting-queue.ts'\nimport 'node:crypto'\nb()",
  'worker.ts': "import { b } from './activities/b.ts'\nimport { c } from './config.ts'\nb()\nc()"
}

const targets = ['store', 'activities', 'workflows', 'providers', 'local', 'test'].map((folder) => `${folder}/b.ts`)
const leaf = "export const b = (): string => 'b'\nexport const c = b\n"
const others = [...targets, 'config.ts', 'ledger/posting-queue.ts', 'ledger/balances.ts', 'workflows/messages.ts']

let project = ''
let violations: { rule: string; from: string }[] = []

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'coffer-imports-'))
  for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.mjs'])
    cpSync(join(root, file), join(project, file))
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'))
  const write = (file: string, content: string) => {
    mkdirSync(dirname(join(project, file)), { recursive: true })
    writeFileSync(join(project, file), `${content}\n`)
  }
  for (const file of others) write(file, leaf)
  for (const [file, content] of [...Object.values(planted), ...Object.entries(allowed)]) write(file, content)
  write('domain/d.ts', "import { b } from './c.ts'\nexport const d = () => b")
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const args = [program, '.', '--config', '.dependency-cruiser.mjs', '--output-type', 'json']
  const { stdout } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8', maxBuffer: 64 << 20 })
  const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } }
  violations = summary.violations.map(({ from, rule }) => ({ from, rule: rule.name }))
})

afterAll(() => rmSync(project, { recursive: true, force: true }))

describe('the import table', () => {
  it.each(Object.entries(planted))('refuses by %s an import that breaks it', (rule, [from]) => {
    expect(violations).toContainEqual({ rule, from })
  })

  it.each(Object.keys(allowed))('lets %s import what its folder may', (from) => {
    expect(violations.filter((violation) => violation.from === from)).toEqual([])
  })

  it('has a planted import for each of its rules', () => {
    expect(Object.keys(planted).sort()).toEqual(rules.map(({ name }) => name).sort())
  })

  it.each(rules)('says at $name what to use instead', ({ comment }) => {
    expect(comment).toMatch(/instead/)
  })
})
