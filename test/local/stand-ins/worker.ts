// Stands in for the worker: lives, and notes when it is told to stop.
import { appendFileSync } from 'node:fs'

setInterval(() => undefined, 60_000)
console.log('listening worker')
process.once('SIGTERM', () => {
  appendFileSync(process.env.STAND_IN_NOTES!, 'worker\n')
  process.exit(0)
})
