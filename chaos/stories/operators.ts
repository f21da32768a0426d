import { idOf, type Scene, type Story } from '../story.ts'

interface Task {
  readonly id: string
  readonly kind: string
  readonly process_id?: string
  readonly object_id?: string
}

/** What is an operator's: an instruction of which nobody knows is asked about, ended by letter, or given up by two. */
const queue: Story = {
  name: "an operator's queue",
  weight: 1,
  run: async (scene) => {
    const { random, as } = scene
    const finance = as('finance')
    const { body } = await finance.get('/v1/tasks?state=open&limit=20')
    const tasks = ((body['data'] ?? []) as Task[]).filter(({ process_id }) => pathOf(process_id) !== undefined)
    if (tasks.length === 0) return
    const id = random.pick(tasks).process_id!
    const path = pathOf(id)!
    if (random.next() < 0.7 || (await isOnStatement(scene, id))) await finance.post(`${path}/retry`)
    else await givenUp(scene, path)
  }
}

/** Whether it is in anybody's journal, or nobody can say. */
async function isOnStatement({ sandbox }: Scene, reference: string): Promise<boolean> {
  const read = (bank: string) => sandbox.admin('GET', `/journal?bank=${bank}`).then((body) => JSON.stringify(body))
  return Promise.all(['a', 'b', 'acquirer'].map(read)).then(
    (journals) => journals.some((journal) => journal.includes(reference)),
    () => true
  )
}

/** With proof that the bank did not book it. */
async function givenUp({ as }: Scene, path: string): Promise<void> {
  const finance = as('finance')
  const asked = await finance.post(`${path}/write-off`, { reason: 'not on the statement', proof: 'the statement' })
  if (asked.status === 202) await as('finance_2').post(`/v1/reviews/${idOf(asked)}/approve`)
}

/** Whoever owes for a return and does not pay is given up by two, now and then. */
const lost: Story = {
  name: 'a debt given up',
  weight: 0.5,
  run: async ({ random, as }) => {
    const finance = as('finance')
    const { body } = await finance.get('/v1/bank-returns?state=receivable&limit=20')
    const owed = (body['data'] ?? []) as { id: string }[]
    if (owed.length === 0) return
    const path = `/v1/bank-returns/${random.pick(owed).id}/write-off`
    const asked = await finance.post(path, { reason: 'cannot be reached', thaw: true })
    if (asked.status === 202) await as('finance_2').post(`/v1/reviews/${idOf(asked)}/approve`)
  }
}

export const operatorStories: readonly Story[] = [queue, lost]

/** Of what finance may ask the bank again. */
export function pathOf(processId: string | undefined): string | undefined {
  const paths: Readonly<Record<string, string>> = {
    pay: 'payments',
    top: 'top-ups',
    wdr: 'withdrawals',
    ref: 'refunds',
    set: 'settlements'
  }
  const path = paths[processId?.slice(0, 3) ?? '']
  return path && `/v1/${path}/${processId}`
}
