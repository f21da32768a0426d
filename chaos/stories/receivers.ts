import { idOf, type Scene, type Story } from '../story.ts'

interface Endpoint {
  readonly id: string
  readonly state: string
}

/** As many as are told of everything at once; more would only be more of the same. */
const ENDPOINTS = 2

/** A team that is told of everything: its server fails, is gone, comes back, and its secret changes. O10 judges. */
const team: Story = {
  name: 'a team that is told of everything',
  weight: 1,
  run: async (scene) => {
    const { random, service } = scene
    const { body } = await service.get('/v1/webhook-endpoints')
    const endpoints = (body['data'] ?? []) as Endpoint[]
    if (endpoints.length < ENDPOINTS) return begin(scene)
    const { id, state } = random.pick(endpoints)
    const path = `/v1/webhook-endpoints/${id}`
    if (state === 'disabled') return service.post(`${path}/enable`)
    const answers = random.pick([[], [{ status: 503 }, { status: 204 }], [{ status: 500 }], [{ status: 410 }]])
    await scene.sandbox.admin('PUT', `/webhook-receivers/${RECEIVER}`, { answers }).catch(() => undefined)
    return service.post(`${path}/${random.pick(['test', 'rotate-secret', 'disable', 'enable'])}`)
  }
}

const RECEIVER = 'team'

async function begin({ service, random, sandbox }: Scene): Promise<unknown> {
  const made = await service.post('/v1/webhook-endpoints', {
    url: `${sandbox.url}/webhook-receivers/${RECEIVER}`,
    types: ['*'],
    ordered: random.next() < 0.5
  })
  return made.status >= 300 ? undefined : service.post(`/v1/webhook-endpoints/${idOf(made)}/test`)
}

export const receiverStories: readonly Story[] = [team]
