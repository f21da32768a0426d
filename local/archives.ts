import { gunzipSync, inflateRawSync } from 'node:zlib'

/**
 * One file out of a zip archive (a Python wheel is one), the first whose name matches.
 * @throws {Error} when there is none, or it is no plain zip (zip64, encrypted).
 * @see APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16
 */
export function fileFromZip(zip: Buffer, name: RegExp): Buffer {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0) throw new Error('This is no zip archive')
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error('The zip archive has no whole directory')
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset))
    if (name.test(zip.toString('utf8', at + 46, at + 46 + nameLength!))) return contentOf(zip, at)
    at += 46 + nameLength! + extraLength! + commentLength!
  }
  throw new Error(`The zip archive has no file ${name}`)
}

function contentOf(zip: Buffer, entry: number): Buffer {
  const method = zip.readUInt16LE(entry + 10)
  const compressedLength = zip.readUInt32LE(entry + 20)
  const local = zip.readUInt32LE(entry + 42)
  const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const content = zip.subarray(from, from + compressedLength)
  if (method === 0) return content
  if (method === 8) return inflateRawSync(content)
  throw new Error(`The zip archive uses the compression ${method}`)
}

/**
 * One file out of a gzipped tar archive, the first whose name matches.
 * @throws {Error} when there is none.
 */
export function fileFromTarGz(archive: Buffer, name: RegExp): Buffer {
  const tar = gunzipSync(archive)
  let at = 0
  while (at + 512 <= tar.length) {
    const text = (from: number, length: number) =>
      tar.toString('utf8', at + from, at + from + length).split('\0', 1)[0]!
    const size = Number.parseInt(text(124, 12), 8) || 0
    if (name.test(text(0, 100))) return tar.subarray(at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
  }
  throw new Error(`The tar archive has no file ${name}`)
}
