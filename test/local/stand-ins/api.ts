// Stands in for the API: takes its port, answers with its own process number, and notes when it is told to stop.
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'

const server = createServer((_request, response) => response.end(String(process.pid)))
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('listening http'))
process.once('SIGTERM', () => {
  appendFileSync(process.env.STAND_IN_NOTES!, 'api\n')
  process.exit(0)
})
