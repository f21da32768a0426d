import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { UnitOfWork, UnitResult } from '../../ledger/unit-of-work.ts'

const script = fileURLToPath(new URL('./poster.ts', import.meta.url))

/**
 * Posts each list of units from an operating-system process of its own, all at the same moment: they start when every
 * process is connected. Answers each process's results in the order of its units.
 */
export async function postFromProcesses(
  url: string,
  lists: readonly (readonly UnitOfWork[])[]
): Promise<UnitResult[][]> {
  const posters = lists.map((units) => startPoster(url, units))
  try {
    await Promise.all(posters.map(({ ready }) => ready()))
    return await Promise.all(posters.map(({ post }) => post()))
  } finally {
    for (const { child } of posters) child.kill('SIGKILL')
  }
}

function startPoster(url: string, units: readonly UnitOfWork[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', script, url], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    async ready() {
      const { value } = await lines.next()
      if (value !== 'ready') throw new Error(`a poster said ${String(value)}`)
    },
    async post() {
      const exited = once(child, 'exit')
      child.stdin.end(units.map((unit) => `${toLine(unit)}\n`).join(''))
      const { value } = await lines.next()
      await exited
      return JSON.parse(String(value)) as UnitResult[]
    }
  }
}

const toLine = (unit: UnitOfWork): string =>
  JSON.stringify(unit, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
