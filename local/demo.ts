// npm run demo: from somebody unknown to money back at their bank, over HTTP alone; ends with `verify`, and not with 0
// when anything is off. `npm run demo -- dispute` tells of a dispute alone, `-- bills` of some months of bills.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { readCredentials, type Credentials } from './credentials.ts'
import { tellBills } from './demo-bills.ts'
import { tellBankReturn } from './demo-bank-return.ts'
import { tellFirstPayment } from './demo-first-payment.ts'
import { tellDispute } from './demo-dispute.ts'
import { tellNewMerchant } from './demo-merchant.ts'
import { tellMoneyBack, tellNewcomer, tellTooEarly } from './demo-newcomer.ts'
import { tellRefund } from './demo-refund.ts'
import { tellSettlement } from './demo-settlement.ts'
import { createTeller, type Teller } from './demo-teller.ts'
import { tellWebhook } from './demo-webhook.ts'
import { tellWithdrawal } from './demo-withdrawal.ts'
import { projectRoot, readSettings } from './settings.ts'

const say = (line: string): void => console.log(line)

try {
  const { home } = await readSettings(process.env, [])
  const { credentials, stop } = await installation(home)
  try {
    const teller = createTeller(credentials, say)
    const tellOne = { dispute: tellDispute, bills: tellBills }[process.argv[2] ?? '']
    await (tellOne ?? tellAll)(teller)
    await verify()
    say('\nThe story holds.')
  } finally {
    await stop()
  }
} catch (error) {
  console.error(`\nThe story does not hold: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

async function tellAll(teller: Teller): Promise<void> {
  const newcomer = await tellNewcomer(teller)
  await tellFirstPayment(teller)
  await tellRefund(teller)
  await tellWithdrawal(teller)
  await tellNewMerchant(teller, newcomer)
  await tellBankReturn(teller)
  await tellTooEarly(teller, newcomer)
  await tellSettlement(teller)
  await tellWebhook(teller)
  await tellMoneyBack(teller, newcomer)
}

/** The one that runs, or one for as long as the story takes. */
async function installation(home: string): Promise<{ credentials: Credentials; stop: () => Promise<void> }> {
  const known = readCredentials(home)
  if (known && (await isAlive(known.api_url))) return { credentials: known, stop: () => Promise.resolve() }
  say('Nothing runs in this COFFER_HOME: starting it for the story (npm start keeps it running).')
  const start = fileURLToPath(new URL('./start.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', start], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true
  })
  const ended = once(child, 'exit')
  const ready = (async () => {
    for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('ready ')) return
    throw new Error('npm start ended before it was ready')
  })()
  await ready
  child.stdout.resume()
  return {
    credentials: readCredentials(home)!,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    }
  }
}

async function isAlive(apiUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${apiUrl}/livez`)).ok
  } catch {
    return false
  }
}

async function verify(): Promise<void> {
  say('\nThe books, the bank and the engine, by `npm run verify`:')
  const oracle = fileURLToPath(new URL('../cli/verify.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', oracle], { cwd: projectRoot, stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`verify ended with ${code}`)
}
