export interface ReadEvent {
  readonly id: string
  readonly object: string
  readonly type: string
  readonly created_at: string
  readonly data: Readonly<Record<string, unknown>>
}

/** One connection to `GET /v1/events/stream`, read as it comes. */
export interface EventReader {
  readonly status: number
  readonly headers: Headers
  readonly events: readonly ReadEvent[]
  /** The cursor that came with each event. */
  readonly ids: readonly string[]
  /** What a reconnect says as `Last-Event-ID`. */
  readonly lastId: string | undefined
  readonly comments: number
  readonly retryMs: number | undefined
  /** Resolves when the other side has ended it, or it was cut, or closed here. */
  readonly ended: Promise<void>
  /** It did not end as answers end: the connection was cut. */
  readonly cut: boolean
  close(): void
}

/** Opens it; anything but a stream is read too, and has ended. */
export async function readEvents(
  url: string,
  authorization: string,
  { query = {}, lastEventId }: { query?: Record<string, string>; lastEventId?: string | undefined } = {}
): Promise<EventReader> {
  const abort = new AbortController()
  const response = await fetch(`${url}/v1/events/stream?${new URLSearchParams(query).toString()}`, {
    headers: {
      authorization,
      accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId })
    },
    signal: abort.signal
  })
  const events: ReadEvent[] = []
  const ids: string[] = []
  let lastId = lastEventId
  let comments = 0
  let retryMs: number | undefined

  /** As the standard has it: an id without data moves the place too. */
  const take = (block: string) => {
    const lines = block.split('\n')
    comments += lines.filter((line) => line.startsWith(':')).length
    const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
    lastId = field('id') ?? lastId
    if (field('retry')) retryMs = Number(field('retry'))
    const data = field('data')
    if (data === undefined) return
    events.push(JSON.parse(data) as ReadEvent)
    ids.push(lastId!)
  }

  const read = async () => {
    let text = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n')
      // What is cut in the middle was not read.
      text = blocks.pop()!
      blocks.forEach(take)
    }
  }
  let cut = false
  const ended = read().catch(() => void (cut = true))
  return {
    status: response.status,
    headers: response.headers,
    events,
    ids,
    get lastId() {
      return lastId
    },
    get comments() {
      return comments
    },
    get retryMs() {
      return retryMs
    },
    ended,
    get cut() {
      return cut
    },
    close: () => abort.abort()
  }
}
