/** One message to somebody who has asked for it. */
export interface WebhookMessage {
  readonly url: string
  /** The same at every attempt: receivers know a repetition by it. */
  readonly id: string
  readonly body: string
  /** `whsec_…`: each of them signs. */
  readonly secrets: readonly string[]
}

/** What came of one attempt. */
export interface WebhookAnswer {
  /** Null: there was no answer. */
  readonly status: number | null
  /** Null: it was taken (2xx). `http_500`, `redirect`, `timeout`, `address_forbidden`, `url_forbidden`, `ECONNREFUSED` … */
  readonly error: string | null
  /** How the answer begins; null without one. */
  readonly answer: string | null
  /** Real milliseconds. */
  readonly durationMs: number
}

/** Sends a message once; whatever goes wrong is an answer. */
export interface WebhookSender {
  send(message: WebhookMessage): Promise<WebhookAnswer>
}
