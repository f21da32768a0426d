import { relative } from 'node:path'

/** Of so many files the slowest are named, so that a run that grows longer says where. */
const MANY = 20
const NAMED = 10

/** Ends the output with a line that reads the same whatever the test runner: `N passed, N failed`. */
export default class ClosingLine {
  onRunComplete(_contexts, results) {
    // A file that cannot be loaded has no failed test, and failed all the same.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const skipped = results.numPendingTests + results.numTodoTests
    const closing = `${results.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`
    const slowest = results.testResults.length < MANY ? [] : slowestOf(results.testResults)
    process.once('exit', () => process.stdout.write([...slowest, closing, ''].join('\n')))
  }
}

function slowestOf(files) {
  const lines = files
    .map(({ perfStats, testFilePath }) => ({ ms: perfStats?.runtime ?? 0, file: relative('', testFilePath) }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, NAMED)
    .map(({ ms, file }) => `${(ms / 1000).toFixed(0).padStart(6)} s  ${file}`)
  return ['', 'The slowest files:', ...lines]
}
