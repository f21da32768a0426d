export interface Notification {
  /** Ours: the same message twice is delivered once. */
  readonly id: string
  /** E-mail address, or E.164 phone number. */
  readonly to: string
  readonly channel: 'email' | 'sms'
  readonly subject: string
  readonly text: string
}

export interface NotifierProvider {
  /** Hands a message over. @throws {Error} without anything personal in it when the notifier did not take it: repeat. */
  send(notification: Notification, signal?: AbortSignal): Promise<void>
}
