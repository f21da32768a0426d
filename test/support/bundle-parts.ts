import { build, type Plugin } from 'esbuild'
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { partEntries } from './part-command.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Bundles the programs that tests start again and again, each into one file: compiled one by one, the hundreds of files
 * of the worker, the API and the sandbox cost six seconds of processor time at each start. Packages are left as they are,
 * and so are the places that a file knows by its own address (pages of problems, the failure converter).
 */
export async function bundleParts(directory: string): Promise<void> {
  // Node looks for packages beside the bundle.
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
  await build({
    absWorkingDir: ROOT,
    entryPoints: partEntries,
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Stack traces name the sources' own lines (--enable-source-maps).
    sourcemap: 'linked',
    sourcesContent: false,
    plugins: [ownAddresses],
    logLevel: 'warning'
  })
}

/** In a bundle `import.meta.url` would be the bundle's: every file keeps its own. */
const ownAddresses: Plugin = {
  name: 'own-addresses',
  setup: (bundle) =>
    bundle.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      if (!source.includes('import.meta.url')) return undefined
      const address = JSON.stringify(pathToFileURL(path).href)
      return { contents: source.replaceAll('import.meta.url', address), loader: 'ts' }
    })
}
