// Starts the yardstick workflows over HTTP, the way the product starts a payment, with nothing else around it: no
// authentication, no validation, no database. So the yardstick is a little faster than anything real could be.
import { randomBytes } from 'node:crypto'
import express from 'express'
import { createProcesses } from '../api/temporal.ts'
import { loadConfig } from '../config.ts'
import { connectClient } from '../temporal/connection.ts'
import { searchAttributes } from '../temporal/search-attribute-keys.ts'

const config = loadConfig()
const temporal = connectClient(config)
const processes = createProcesses({ client: temporal.client, taskQueue: config.TEMPORAL_TASK_QUEUE })
const app = express()
app.use(express.json())

app.post('/:type', async (request, response) => {
  const id = randomBytes(16).toString('hex')
  const given = await processes.startOnce<object>({
    type: request.params.type,
    id,
    order: request.body as object,
    policy: {},
    actor: 'bench',
    fingerprint: id,
    requestId: id,
    updateId: id,
    summary: 'a yardstick',
    searchAttributes: [
      { key: searchAttributes.customerRef, value: 'cus_bench' },
      { key: searchAttributes.rail, value: 'none' }
    ]
  })
  response.status(given.kind === 'answered' ? 201 : 503).json(given)
})

const server = app.listen(config.PORT, config.HOST, () => {
  const address = server.address()
  console.log(`listening http://${config.HOST}:${typeof address === 'object' && address ? address.port : config.PORT}`)
})
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
  void temporal.close().then(() => process.exit(0))
})
