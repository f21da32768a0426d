// A process of its own that posts what it reads from its standard input (JSON lines of units) and says each result.
import { createInterface } from 'node:readline'
import { connect } from '../../db/connect.ts'
import { PostingQueue } from '../../ledger/posting-queue.ts'
import type { UnitOfWork } from '../../ledger/unit-of-work.ts'
import { thingWriter } from './thing-writer.ts'

const { pool, close } = connect({ url: process.argv[2]!, poolMax: 4, applicationName: 'test-poster' })
const queue = new PostingQueue({ pool, writers: [thingWriter] })
await pool.query('select')
console.log('ready')

const results: Promise<unknown>[] = []
for await (const line of createInterface({ input: process.stdin })) {
  const unit = JSON.parse(line, (name, value: unknown) =>
    name === 'amount' ? BigInt(value as string) : value
  ) as UnitOfWork
  results.push(queue.post(unit))
}
console.log(JSON.stringify(await Promise.all(results)))
await close()
