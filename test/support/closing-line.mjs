/** Ends the output with a line that reads the same whatever the test runner: `N passed, N failed`. */
export default class ClosingLine {
  onRunComplete(_contexts, results) {
    // A file that cannot be loaded has no failed test, and failed all the same.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const skipped = results.numPendingTests + results.numTodoTests
    const closing = `${results.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`
    process.once('exit', () => process.stdout.write(`${closing}\n`))
  }
}
