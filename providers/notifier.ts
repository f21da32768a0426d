export interface Notification {
  /** Ours: the same message twice is delivered once. */
  readonly id: string
  /** E-mail address, E.164 phone number, or a device's push token. */
  readonly to: string
  readonly channel: 'email' | 'sms' | 'push'
  readonly subject: string
  readonly text: string
}

/** `taken`, now or before; `gone`: nobody is there any more; `refused`: it will never be taken as it is. */
export type NotifierAnswer = 'taken' | 'gone' | 'refused'

export interface NotifierProvider {
  /**
   * Hands a message over.
   * @throws {Error} without anything personal in it when nobody knows whether the notifier took it: repeat, under the same id
   */
  send(notification: Notification, signal?: AbortSignal): Promise<NotifierAnswer>
}
