/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Recorded data and the state of a local installation are no test code, and a watcher must not wake for them.
  modulePathIgnorePatterns: ['<rootDir>/.coffer', '<rootDir>/.cache'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' }, sourceMaps: 'inline' }
    ]
  },
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  reporters: ['default', '<rootDir>/test/support/closing-line.mjs'],
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  // One more than the two processors that CI has: a test that waits, for a deadline of Temporal's or a poll, leaves its
  // own to another.
  maxWorkers: 3,
  // A crash test waits for Temporal to notice a dead worker (workflow task timeout) more than once.
  testTimeout: 60_000
}
