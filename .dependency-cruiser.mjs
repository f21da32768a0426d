// The import table of the design (ARCHITECTURE.md shows it): which folder may import what. Each ban's comment names
// what to use instead. Imports of types only cost nothing at run time and are allowed where the table says so.

/** What composes the product: it may import anything, and nothing of the product may import it. */
const composers = '^(worker\\.ts|api/main\\.ts|local/|bench/|chaos/|cli/)'
const product = '^(domain|workflows|activities|ledger|store|db|temporal|providers|sandbox|api)/'
const builtin = { dependencyTypes: ['core'] }
const atRunTime = { dependencyTypesNot: ['type-only'] }
const folders = (...names) => `^(${names.join('|')})/`

const ban = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

export default {
  forbidden: [
    ban(
      'domain-is-pure',
      'domain/ holds rules without I/O: pass what it needs as an argument instead; what does I/O belongs in activities/ or store/.',
      { path: '^domain/' },
      // saxes reads XML out of a string, and nothing else.
      { pathNot: ['^domain/', 'node_modules/saxes/'] }
    ),
    ban(
      'workflows-only-tell-the-story',
      'A workflow is replayed: call an activity (import type from activities/ and proxyActivities) instead.',
      { path: '^workflows/' },
      { path: folders('db', 'ledger', 'store', 'api', 'providers', 'sandbox'), ...atRunTime }
    ),
    ban(
      'workflows-import-activities-as-types',
      'Importing an activity would run it inside the sandbox: use import type with proxyActivities instead.',
      { path: '^workflows/' },
      { path: '^activities/', ...atRunTime }
    ),
    ban(
      'workflows-read-no-configuration',
      'The environment differs between replays: put the value into the start argument or the policy instead.',
      { path: '^workflows/' },
      { path: '^config\\.ts$' }
    ),
    ban(
      'workflows-use-no-node-builtins',
      'The workflow sandbox has none: use @temporalio/workflow (sleep, uuid4, log) or an activity instead.',
      { path: '^workflows/' },
      builtin
    ),
    ban(
      'workflows-use-two-packages',
      'Packages may be non-deterministic: use @temporalio/workflow, @temporalio/common or domain/ instead.',
      { path: '^workflows/' },
      { path: 'node_modules', pathNot: 'node_modules/@temporalio/(workflow|common)/', ...atRunTime }
    ),
    ban(
      'activities-do-not-know-their-callers',
      'Share what both need through domain/ instead; workflow ids and messages are made in workflows/ and arrive as arguments.',
      { path: '^activities/' },
      { path: folders('workflows', 'api') }
    ),
    ban(
      'books-do-not-know-the-engine',
      'ledger/ and store/ speak to Postgres only: pass values as arguments, and let activities/ speak to Temporal instead.',
      { path: folders('ledger', 'store') },
      { path: '^(temporal/|config\\.ts$)|node_modules/(@temporalio|express)/' }
    ),
    ban(
      'ledger-stands-below',
      'ledger/ knows accounts and postings: take statements of the store as an argument (worker.ts hands them over) instead.',
      { path: '^ledger/' },
      { path: folders('store', 'activities', 'workflows', 'api', 'providers', 'sandbox') }
    ),
    ban(
      'store-keeps-records',
      'store/ reads and writes records: take money through a unit of work from activities/, and the rest as an argument instead.',
      { path: '^store/' },
      { path: folders('activities', 'workflows', 'api', 'providers', 'sandbox') }
    ),
    ban(
      'db-is-the-lowest',
      'db/ knows connections and schemas: a statement about records belongs in store/, about money in ledger/ instead.',
      { path: '^db/' },
      { path: folders('ledger', 'store', 'activities', 'workflows', 'api', 'providers', 'sandbox', 'temporal') }
    ),
    ban(
      'temporal-is-plumbing',
      'temporal/ knows connections and codecs, not the product: pass it in from worker.ts or api/main.ts instead.',
      { path: '^temporal/' },
      { path: '^(workflows|activities|ledger|store|db|api|providers|sandbox)/|^config\\.ts$', ...atRunTime }
    ),
    ban(
      'providers-are-adapters',
      'providers/ turns calls into HTTP: let the activity that calls it read and write the books instead.',
      { path: '^providers/' },
      { path: folders('db', 'ledger', 'store', 'activities', 'workflows', 'api', 'sandbox') }
    ),
    ban(
      'sandbox-is-the-other-side',
      'A bank does not run our code: give it command-line arguments, or use domain/ for money and formats instead.',
      { path: '^sandbox/' },
      {
        path: '^(workflows|activities|ledger|store|db|temporal|providers|api|local|cli|bench|chaos)/|^(config|worker)\\.ts$'
      }
    ),
    ban(
      'api-does-not-act',
      'The API only asks: start or message a workflow by api/temporal.ts instead of calling what the workflow calls.',
      { path: '^api/', pathNot: '^api/main\\.ts$' },
      { path: folders('activities', 'providers', 'sandbox'), ...atRunTime }
    ),
    ban(
      'api-posts-nothing',
      'Money moves in units of work, by the posting queue, from an activity: message a workflow instead. Reads of ledger/ are fine.',
      { path: '^api/', pathNot: '^api/main\\.ts$' },
      { path: '^ledger/(posting-queue|batch)\\.ts$', ...atRunTime }
    ),
    ban(
      'api-imports-messages',
      'A workflow file does not run outside the sandbox: import workflows/messages.ts, or types only, instead.',
      { path: '^api/' },
      { path: '^workflows/', pathNot: '^workflows/messages\\.ts$', ...atRunTime }
    ),
    ban(
      'composers-are-not-imported',
      'worker.ts, api/main.ts, local/, bench/, chaos/ and cli/ put the product together: move what is shared into the folder of its role instead.',
      { path: product, pathNot: '^api/main\\.ts$' },
      { path: composers }
    ),
    ban(
      'tests-stay-outside',
      'Product code does not import tests: move what is shared into the folder of its role instead.',
      { pathNot: '^test/' },
      { path: '^test/' }
    ),
    ban(
      'no-circle',
      'Two files that need each other are one file, or need a third one: move the shared part there instead.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }
    ),
    ban(
      'declared-packages-only',
      'It happens to be installed because another package needs it: declare it in package.json instead.',
      {},
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] }
    ),
    ban(
      'no-development-packages-in-the-product',
      'It is not installed in production: move the package to dependencies, or the code to test/ instead.',
      { path: `${product}|${composers}|^config\\.ts$`, pathNot: '^(local|bench)/' },
      { dependencyTypes: ['npm-dev'], ...{ dependencyTypesNot: ['type-only'] } }
    ),
    ban('no-lost-import', 'The imported file does not exist: correct the path instead.', {}, { couldNotResolve: true }),
    ban(
      'no-orphan',
      'Nothing imports it and it imports nothing: delete it, or import it where it is used instead.',
      { orphan: true, pathNot: '\\.(config\\.js|mjs|d\\.ts)$|^test/' },
      {}
    )
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(\\.coffer|\\.cache|docs)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] }
  }
}
