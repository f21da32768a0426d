import type { CardCapture } from '../domain/card-capture.ts'

/** The last capture of a payment by card, as its column holds it. */
export interface CaptureRow {
  part: number
  amount: string
  final: boolean
  state: CardCapture['state']
  code: string | null
  taken_at: string
  sent_at: string | null
}

export const toCaptureRow = ({ part, amount, final, state, code, takenAt, sentAt }: CardCapture): CaptureRow => ({
  part,
  amount: amount.toString(),
  final,
  state,
  code,
  taken_at: takenAt.toISOString(),
  sent_at: sentAt?.toISOString() ?? null
})

export const toCapture = ({ part, amount, final, state, code, taken_at, sent_at }: CaptureRow): CardCapture => ({
  part,
  amount: BigInt(amount),
  final,
  state,
  code,
  takenAt: new Date(taken_at),
  sentAt: sent_at === null ? null : new Date(sent_at)
})
