/** Files that parties to a dispute may show, known by what they begin with: a name or a header may say anything. */
export const evidenceTypes = ['application/pdf', 'image/png', 'image/jpeg', 'text/plain'] as const
export type EvidenceType = (typeof evidenceTypes)[number]

const beginnings: Readonly<Record<Exclude<EvidenceType, 'text/plain'>, readonly number[]>> = {
  'application/pdf': [0x25, 0x50, 0x44, 0x46, 0x2d],
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff]
}

/** Whether the bytes can be what they are said to be. Plain text has no zero bytes. */
export const looksLike = (type: EvidenceType, bytes: Uint8Array): boolean =>
  type === 'text/plain' ? !bytes.includes(0) : beginnings[type].every((byte, index) => bytes[index] === byte)

/** What is said of a file where it is not itself: no name, which may be personal. */
export interface EvidenceFile {
  readonly sha256: string
  readonly media_type: EvidenceType
  readonly size: number
}

/** What a party has handed in at one time. */
export interface Evidence {
  readonly party: 'customer' | 'merchant'
  /** Business time, RFC 3339. */
  readonly at: string
  readonly files: readonly EvidenceFile[]
  /** Under which what they wrote is sealed; null: they wrote nothing. */
  readonly statement: string | null
}
