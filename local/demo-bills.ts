import type { Body, Caller, Teller } from './demo-teller.ts'

const HOUR_MS = 3_600_000
const usd = (minorUnits: number) => ({ amount: String(minorUnits), currency: 'USD' })
/** Numbers at City Power, as its bills show them. */
const [RENT_ACCOUNT, POWER_ACCOUNT] = ['1000000016', '1000000024'] as const

/** Some months of a customer's bills in a minute of real time: what is announced, asked, left out and paid. */
export async function tellBills(teller: Teller): Promise<void> {
  const { wallet_id, bank_account_id, pin, ...login } = teller.credentials.seed.customers[0]!
  const ada = await teller.logIn(login)
  const wanted = { wallet_id, biller_id: teller.credentials.seed.biller_id, zone: 'Europe/Berlin', pin }
  teller.chapter('A customer has bills paid by a rule, and some months pass')
  const topUp = await ada.post('/v1/top-ups', { wallet_id, bank_account_id, amount: usd(100_000) })
  await ada.until(`/v1/top-ups/${String(topUp['id'])}`, ({ state }) => state === 'succeeded')

  const rule = { every: 'month', day: 31 }
  const rent = await ada.post('/v1/mandates', {
    ...wanted,
    account_number: RENT_ACCOUNT,
    amount: { fixed: usd(20_000) },
    rule,
    holiday: 'before'
  })
  teller.tell('200.00 USD on each month’s last day on which banks are open, until further notice.', rent)
  schedule(teller, rent)
  const power = await ada.post('/v1/mandates', {
    ...wanted,
    account_number: POWER_ACCOUNT,
    amount: { bill_up_to: usd(6_000) },
    rule: { every: 'month', day: 31 },
    time: '10:00',
    late_policy: 'ask'
  })
  teller.tell('What the power bill says, up to 60.00 USD: above it she is asked.', power)
  schedule(teller, power)

  const clock = { aheadMs: Date.parse(String(rent['created_at'])) - Date.now() }
  const scene = { teller, ada, clock, rent, power, pin }
  await tellFirstMonth(scene)
  await tellSecondMonth(scene)
  await tellEnd(scene)
}

interface Scene {
  readonly teller: Teller
  readonly ada: Caller
  /** How far the business clock is ahead. */
  readonly clock: { aheadMs: number }
  readonly rent: Body
  readonly power: Body
  readonly pin: string
}

async function tellFirstMonth(scene: Scene): Promise<void> {
  const { teller, ada, rent, power } = scene
  await bill(teller, 'january', 4_210)
  const [planned] = await upcoming(ada, rent)
  await passTo(scene, planned!['announce_at'], 'announced: she is told 48 hours before')
  const [announced] = await untilUpcoming(ada, rent, 'announced')
  teller.tell(
    `The rent of ${String(announced!['period'])} can be changed until ${String(announced!['changeable_until'])}.`
  )
  await passTo(scene, planned!['debit_at'], 'the debit')
  await paid(ada, announced!)
  const [next] = await upcoming(ada, power)
  await passTo(scene, next!['debit_at'], 'the power bill')
  await ada.until(`/v1/mandates/${String(power['id'])}`, ({ timeline }) =>
    JSON.stringify(timeline).includes('payment_paid')
  )
  teller.tell('Rent and power are paid: each period once, whoever wakes its run, and however often.')
}

async function tellSecondMonth(scene: Scene): Promise<void> {
  const { teller, ada, rent, power, pin } = scene
  await bill(teller, 'february', 7_505)
  const skipped = await ada.post(`/v1/mandates/${String(rent['id'])}/skip-next`, {})
  teller.expect(skipped['http_status'] === 200, `the next rent is not left out: ${String(skipped['code'])}`)
  teller.tell('The landlord owes her something: she leaves the next rent out.')
  const [due] = await upcoming(ada, power)
  await passTo(scene, due!['debit_at'], 'the next power bill')
  const [asked] = await untilUpcoming(ada, power, 'awaiting_approval')
  teller.tell('75.05 USD are above her cap: nothing is paid before she says yes.', await thing(ada, asked!))
  await ada.post(`/v1/bill-payments/${String(asked!['bill_payment_id'])}/approve`, { pin })
  await paid(ada, asked!)
  teller.tell('She does, with the PIN.')
}

async function tellEnd({ teller, ada, rent, power }: Scene): Promise<void> {
  const paidBills = (await ada.get('/v1/bill-payments?state=paid&limit=100'))['data'] as Body[]
  for (const [{ id }, expected] of [
    [rent, 1],
    [power, 2]
  ] as const) {
    const times = paidBills.filter(({ mandate_id }) => mandate_id === id).length
    teller.expect(times === expected, `${String(id)} has paid ${times} times, not ${expected}`)
    const ended = await ada.post(`/v1/mandates/${String(id)}/cancel`, {})
    teller.expect(ended['state'] === 'canceled', `the mandate is ${String(ended['state'])}`)
  }
  teller.tell('She ends both: their Schedules are gone, what was paid stays in her statements.')
}

function schedule({ say, credentials }: Teller, { id }: Body): void {
  const ui = credentials.temporal_ui_url
  if (ui) say(`     its Schedule: ${ui}/namespaces/default/schedules/${encodeURIComponent(`mandate/${String(id)}`)}`)
}

/** The power company's bill of a month: it is told to the network, and nobody sends it to us. */
async function bill({ credentials }: Teller, reference: string, amount: number): Promise<void> {
  const { sandbox_url, sandbox_admin_key } = credentials
  const response = await fetch(`${sandbox_url}/admin/bills`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox_admin_key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      biller: 'city-power',
      account_number: POWER_ACCOUNT,
      bill_reference: `${reference}-${Date.now()}`,
      amount: usd(amount),
      due_date: '2030-01-31'
    })
  })
  if (!response.ok) throw new Error(`no bill was issued: ${response.status}`)
}

const upcoming = async (ada: Caller, { id }: Body): Promise<Body[]> =>
  (await ada.get(`/v1/mandates/${String(id)}/upcoming?count=3`))['data'] as Body[]

const untilUpcoming = async (ada: Caller, { id }: Body, state: string): Promise<Body[]> =>
  (
    await ada.until(`/v1/mandates/${String(id)}/upcoming?count=3`, ({ data }) =>
      (data as Body[]).some((each) => each['state'] === state)
    )
  )['data'] as Body[]

const thing = (ada: Caller, { bill_payment_id }: Body): Promise<Body> =>
  ada.get(`/v1/bill-payments/${String(bill_payment_id)}`)

const paid = (ada: Caller, { bill_payment_id }: Body): Promise<Body> =>
  ada.until(`/v1/bill-payments/${String(bill_payment_id)}`, ({ state }) => state === 'paid')

/** Moves the clock to that time. */
async function passTo({ teller, clock }: Scene, at: unknown, what: string): Promise<void> {
  const byMs = Math.max(0, Date.parse(String(at)) - (Date.now() + clock.aheadMs) + 1_000)
  if (byMs > 0) await teller.advanceClock(byMs)
  clock.aheadMs += byMs
  teller.say(`   … ${Math.round(byMs / HOUR_MS)} hours later: ${what}`)
}
