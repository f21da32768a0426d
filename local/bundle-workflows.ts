// Bundles the workflows into the directory that is named: a program of its own, for local/builds.ts.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleWorkflows } from '../temporal/bundle.ts'

const [directory] = process.argv.slice(2)
if (!directory) throw new Error('say which directory to fill')
const { code } = await bundleWorkflows()
writeFileSync(join(directory, 'workflows.js'), code)
