import tseslint from 'typescript-eslint'

/** Each ban says what to use instead; test/tidy.test.ts checks that it does. */
const syntaxBans = {
  environment: {
    selector: 'MemberExpression[object.name="process"][property.name="env"]',
    message: 'Only config.ts reads the environment: add the variable there and pass the value as an argument instead.'
  },
  randomness: {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'Math.random can be guessed: use randomBytes or randomInt of node:crypto instead (in workflows uuid4).'
  },
  output: {
    selector: 'CallExpression[callee.object.name="console"]',
    message: 'Its lines have no request id and are not redacted: use the pino logger that was passed in instead.'
  },
  plainErrorInWorkflow: {
    selector: 'ThrowStatement > NewExpression[callee.name="Error"]',
    message: 'A plain Error makes the workflow task fail for ever: throw an ApplicationFailure instead.'
  },
  wallClockInWorkflow: {
    selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
    message: 'Business time comes from the database: take it from an activity, or wait by workflows/wait.ts instead.'
  },
  bareSleepInWorkflow: {
    selector: 'CallExpression[callee.name="sleep"]',
    message: 'A bare sleep ignores the business clock: wait by workflows/wait.ts (until a time, or nudged) instead.'
  },
  float: {
    selector: 'CallExpression[callee.name="parseFloat"]',
    message: 'No float may come near money: parse with domain/money.ts (bigint minor units) instead.'
  },
  sleepingTest: {
    selector: 'CallExpression[callee.name=/^(sleep|delay|pause|setTimeout)$/]',
    message:
      'A sleeping test is slow or flaky: wait for what has to happen with waitUntil of local/wait-until.ts instead.'
  },
  focusedTest: {
    selector: 'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo)$/]',
    message: 'The others would not run: use jest -t on the command line instead.'
  }
}

const ban = (...names) => ['error', ...names.map((name) => syntaxBans[name])]
const everywhere = ['randomness', 'float']
const product = [...everywhere, 'environment', 'output']
const workflow = [...product, 'plainErrorInWorkflow', 'wallClockInWorkflow', 'bareSleepInWorkflow']

export default tseslint.config(
  { ignores: ['node_modules/', '.coffer/', '.cache/', 'docs/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A route or handler is often async by its type alone.
      '@typescript-eslint/require-await': 'off',
      // Errors keep their cause; whoever rejects with an abort signal's reason passes on what it got.
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      // Our interfaces are records of functions, none of which knows `this`.
      '@typescript-eslint/unbound-method': 'off',
      // gRPC's numbers stand in our code as numbers: its package is no dependency of ours.
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      'no-restricted-syntax': ban(...product),
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 70, skipComments: true, skipBlankLines: true }],
      'prefer-const': 'error',
      eqeqeq: 'error'
    }
  },
  { files: ['workflows/**/*.ts'], rules: { 'no-restricted-syntax': ban(...workflow) } },
  { files: ['config.ts'], rules: { 'no-restricted-syntax': ban(...everywhere, 'output') } },
  // Pauses between attempts and made-up load may be guessed.
  { files: ['ledger/**/*.ts'], rules: { 'no-restricted-syntax': ban('float', 'environment', 'output') } },
  { files: ['bench/**/*.ts'], rules: { 'no-restricted-syntax': ban('float') } },
  // It passes its environment on to what it starts, and draws from a seed alone.
  { files: ['chaos/**/*.ts'], rules: { 'no-restricted-syntax': ban(...everywhere) } },
  // They are programs of their own, and their output is for who started them.
  {
    files: ['worker.ts', 'api/main.ts', 'sandbox/**/*.ts', 'cli/**/*.ts'],
    rules: { 'no-restricted-syntax': ban(...everywhere, 'environment') }
  },
  { files: ['local/**/*.ts'], rules: { 'no-restricted-syntax': ban(...everywhere) } },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': ban('float'),
      // A describe block is no function that one has to read at once.
      'max-lines-per-function': 'off',
      // What a response or a row holds is what the test is about to find out.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-base-to-string': 'off'
    }
  },
  { files: ['test/**/*.test.ts'], rules: { 'no-restricted-syntax': ban('float', 'sleepingTest', 'focusedTest') } },
  {
    files: ['**/*.mjs', '**/*.js'],
    extends: [tseslint.configs.base],
    rules: { 'max-lines': ['error', 300], 'max-lines-per-function': ['error', 70] }
  }
)

export { syntaxBans }
