// Bundles the parts into the directory that is named: a program of its own, for local/builds.ts.
import { bundleParts } from './bundle-parts.ts'

const [directory] = process.argv.slice(2)
if (!directory) throw new Error('say which directory to fill')
await bundleParts(directory)
