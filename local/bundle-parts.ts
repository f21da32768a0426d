import { build, type BuildOptions, type Plugin } from 'esbuild'
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { projectRoot } from './settings.ts'

/** The project's own parts, by the file in which each begins. */
export const partEntries = { worker: 'worker.ts', api: 'api/main.ts', sandbox: 'sandbox/main.ts' } as const

/**
 * Bundles each of them into one file, `<name>.mjs`: compiled one by one, their hundreds of files cost two seconds of
 * processor time and more at each start, and whoever waits for a part that was killed waits for them. Most packages are
 * left as they are, and so are the places that a file knows by its own address (pages of problems, the failure converter).
 * @param directory exists
 */
export async function bundleParts(directory: string): Promise<void> {
  // Node looks for packages beside the bundle.
  symlinkSync(join(projectRoot, 'node_modules'), join(directory, 'node_modules'))
  await Promise.all([
    build({
      ...options,
      entryPoints: partEntries,
      outdir: directory,
      outExtension: { '.js': '.mjs' },
      format: 'esm',
      plugins: [ownAddresses(directory)]
    }),
    build({ ...options, entryPoints: [loadedByPath], outfile: join(directory, loadedByPath), format: 'cjs' })
  ])
}

/** Hundreds of small ES modules each, and none knows its own place: the other packages stay outside. */
const bundledPackages = ['kysely', 'zod', 'jose']
const { dependencies } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { dependencies: object }

const options = {
  absWorkingDir: projectRoot,
  bundle: true,
  external: Object.keys(dependencies).filter((name) => !bundledPackages.includes(name)),
  platform: 'node',
  target: 'node20',
  // Stack traces name the sources' own lines (--enable-source-maps).
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning'
} satisfies BuildOptions

/** Temporal's SDK requires it by its path, which it gets from the file beside it, and can read JavaScript only. */
const loadedByPath = 'temporal/failure-converter.ts'
const knowsItsPath = 'temporal/connection.ts'

/** In a bundle `import.meta.url` would be the bundle's: every file keeps its own. */
const ownAddresses = (directory: string): Plugin => ({
  name: 'own-addresses',
  setup: (bundle) =>
    bundle.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      if (!source.includes('import.meta.url')) return undefined
      const file = path === join(projectRoot, knowsItsPath) ? join(directory, knowsItsPath) : path
      const address = JSON.stringify(pathToFileURL(file).href)
      return { contents: source.replaceAll('import.meta.url', address), loader: 'ts' }
    })
})
