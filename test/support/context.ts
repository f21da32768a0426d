import { readFileSync } from 'node:fs'

/** Names the file that the global set-up leaves for the test files. */
export const contextVariable = 'COFFER_TEST_CONTEXT'

/** What runs for the whole test run, and how to reach it. */
export interface TestContext {
  readonly superuserUrl: string
  /** A migrated database that nobody connects to; `cloneDatabase` copies it. */
  readonly template: string
  readonly ownerPassword: string
  readonly appPassword: string
  readonly temporalAddress: string
  readonly temporalNamespace: string
  /** The Temporal CLI's executable, for tests that start a server of their own. */
  readonly temporalBinary: string
  /** `{ codePath }` for `Worker.create({ workflowBundle })`. */
  readonly workflowBundlePath: string
  /** Where the parts' programs are, each in one file. */
  readonly partsDirectory: string
}

/** What the file holds: the values, and why a value is missing. */
export interface SharedContext {
  readonly values: Partial<Record<keyof TestContext, string>>
  readonly failures: Partial<Record<keyof TestContext, string>>
}

/** @throws {Error} when what is read from it could not be started. */
export function testContext(): TestContext {
  const file = process.env[contextVariable]
  if (!file) throw new Error(`${contextVariable} is not set: run the tests by npm test, or npx jest from the project`)
  const { values, failures } = JSON.parse(readFileSync(file, 'utf8')) as SharedContext
  for (const [name, failure] of Object.entries(failures)) {
    const get = () => {
      throw new Error(`The test set-up could not provide ${name}: ${failure}`)
    }
    Object.defineProperty(values, name, { get, enumerable: false })
  }
  return values as TestContext
}
