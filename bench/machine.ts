import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'

/** Where and when the figures were taken: they mean nothing without it. */
export const machine = () => ({
  date: new Date().toISOString(),
  processors: availableParallelism(),
  model: cpus()[0]?.model ?? 'unknown',
  memory_gib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  /** Of the minute before: above zero, something else was running. */
  load_before: Number(loadavg()[0]!.toFixed(2))
})
