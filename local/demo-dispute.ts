import { createHash } from 'node:crypto'
import type { Body, Caller, Teller } from './demo-teller.ts'

const DAY_MS = 86_400_000
const AMOUNT = 8_000
const usd = (minorUnits: number) => ({ amount: String(minorUnits), currency: 'USD' })

/** A chargeback over sixty business days, in a minute of real time: what each party does, and what operators look at. */
export async function tellDispute(teller: Teller): Promise<void> {
  const { wallet_id, pin, ...login } = teller.credentials.seed.customers[0]!
  const { keys } = teller.credentials
  const [ada, merchant, reviewer] = [await teller.logIn(login), teller.as(keys.merchant), teller.as(keys.reviewer)]
  const posted = async () =>
    Number(((await ada.get(`/v1/wallets/${wallet_id}`))['posted'] as { amount: string }).amount)
  const pass = async (days: number) => {
    await teller.advanceClock(days * DAY_MS)
    teller.say(`   … ${days} days later`)
  }

  teller.chapter('A customer disputes a payment, and sixty business days pass')
  const payment = await payment80(teller, ada, pin)
  const before = await posted()
  const narrative = 'It never came, and nobody answers.'
  const opened = await ada.post('/v1/disputes', { payment_id: payment['id'], reason: 'not_received', narrative })
  const path = `/v1/disputes/${String(opened['id'])}`
  const until = (by: Caller, type: string) => by.until(path, ({ timeline }) => JSON.stringify(timeline).includes(type))
  teller.expect(opened['state'] === 'inquiry', `the dispute is ${String(opened['state'])}`)
  teller.tell(
    '80.00 USD are reserved at once, and the merchant is asked. Open the run: its timer says what comes next.',
    opened
  )

  await pass(3)
  const formal = await until(merchant, 'dispute.needs_response')
  teller.tell(
    `Nobody has answered: it is formal, costs the merchant 15.00 USD, and is due ${String(formal['evidence_due'])}.`
  )
  await pass(5)
  await until(merchant, 'dispute.evidence_reminder')
  teller.tell('The merchant is reminded …')
  await merchant.post(`${path}/evidence-files`, deliveryNote)
  const text = 'It was signed for at the door.'
  const answered = await merchant.post(`${path}/submit-evidence`, { text, files: [deliveryNote.sha256] })
  teller.expect(answered['state'] === 'under_review', `the dispute is ${String(answered['state'])}`)
  teller.tell(
    '… and shows a delivery note: the bytes stand sealed in Postgres, the run sees their hash alone.',
    answered
  )
  await tellTask(teller, reviewer, path, String(opened['id']))

  await pass(30)
  await until(ada, 'dispute.credited')
  teller.expect((await posted()) === before + AMOUNT, 'the customer was not credited once')
  teller.tell('Business day 20 of a new account: the customer has 80.00 USD provisionally, of our money.')

  await pass(40)
  const verdict = { outcome: 'won', reason: 'the note is signed by the customer' }
  const decided = await reviewer.post(`${path}/decide`, verdict)
  teller.expect(decided['outcome'] === 'merchant', `decided: ${JSON.stringify(decided)}`)
  const told = await until(ada, 'dispute.reversal_announced')
  const { at } = told['provisional_credit'] as { at: string }
  teller.tell(
    `A reviewer decides for the merchant, who has money and fee back. The customer is told: the credit ends ${at}.`
  )

  await pass(10)
  const over = await ada.until(path, ({ state }) => state === 'won')
  teller.expect((await posted()) === before, 'the credit was not taken back once')
  teller.tell(
    'Five business days after the notice it is taken back, and the run is over: its history is all of the above.',
    over
  )
}

/** The operators' side: the task that waits, with its link to the run. */
async function tellTask({ say, expect }: Teller, reviewer: Caller, path: string, id: string): Promise<void> {
  const { data } = await reviewer.get(`/v1/tasks?kind=dispute_review&process_id=${id}`)
  const [task] = data as Body[]
  expect(task !== undefined, 'no reviewer has a task')
  const { url } = task!['run'] as { url?: string }
  say(`   A reviewer has a task until ${String(task!['due_at'])}: GET /v1/tasks?kind=dispute_review`)
  if (url) say(`     its run: ${url}`)
  const evidence = await reviewer.get(`${path}/evidence`)
  say(`   They read both sides (GET ${path}/evidence): “${String(evidence['narrative'])}”`)
}

/** Paid from the wallet, with the PIN where that takes it. */
async function payment80({ credentials, expect, tell }: Teller, ada: Caller, pin: string): Promise<Body> {
  const { wallet_id, bank_account_id } = credentials.seed.customers[0]!
  const topUp = await ada.post('/v1/top-ups', { wallet_id, bank_account_id, amount: usd(20_000) })
  await ada.until(`/v1/top-ups/${String(topUp['id'])}`, ({ state }) => state !== 'processing')
  const order = { wallet_id, merchant_id: credentials.seed.merchant_id, amount: usd(AMOUNT) }
  const made = await ada.post('/v1/payments', order)
  const path = `/v1/payments/${String(made['id'])}`
  const paid = made['state'] === 'requires_action' ? await ada.post(`${path}/confirm`, { pin }) : made
  expect(paid['state'] === 'succeeded', `the payment is ${String(paid['state'])}`)
  tell('80.00 USD were paid to the merchant.', paid)
  return paid
}

const note = Buffer.from('Delivered and signed for.')
const deliveryNote = {
  name: 'delivery-note.txt',
  media_type: 'text/plain',
  sha256: createHash('sha256').update(note).digest('hex'),
  content: note.toString('base64')
}
