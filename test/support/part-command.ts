import { join } from 'node:path'
import { partEntries } from '../../local/bundle-parts.ts'
import { testContext } from './context.ts'

export type PartName = keyof typeof partEntries

/** A process that is left over would hold on to the test's database and task queue. */
export const DIE_WITH_TESTS = new URL('./die-with-tests.mjs', import.meta.url).href

/**
 * What Node is called with to run a part of the product.
 * @param asInstalled compiled file by file when it starts, as the containers run it.
 */
export function partCommand(name: PartName, asInstalled = false): string[] {
  if (asInstalled) return ['--import', 'tsx', '--import', DIE_WITH_TESTS, partEntries[name]]
  const program = join(testContext().partsDirectory, `${name}.mjs`)
  return ['--enable-source-maps', '--import', DIE_WITH_TESTS, program]
}
