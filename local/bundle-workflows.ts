// Bundles the workflows into the file that is named: a program of its own, since the bundler is large and the
// supervisor that needs it once lives long.
import { writeFileSync } from 'node:fs'
import { bundleWorkflows } from '../temporal/bundle.ts'

const [file] = process.argv.slice(2)
if (!file) throw new Error('say which file to write')
const { code } = await bundleWorkflows()
writeFileSync(file, code)
