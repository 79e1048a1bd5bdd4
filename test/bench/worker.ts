import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Seconds of CPU time of all threads, how much was found, and the peak of resident memory in bytes where that is asked. */
export type Run = { seconds: number; found: number; peak?: number }

/** A process that answers one line of JSON with another one. */
export type BenchWorker = { ask(question: unknown): Promise<Run>; end(): void }

export function startWorker(command: string, ...words: string[]): BenchWorker {
  const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`)
      const { value, done } = await answers.next()
      if (done) throw new Error(`${command}: expected an answer to ${JSON.stringify(question)}`)
      return JSON.parse(value)
    },
    end: () => child.stdin.end(),
  }
}

/** Ends the benchmark where there is no DuckDB, and says so. */
export function startDuckDb(): BenchWorker {
  if (spawnSync('python3', ['-c', 'import duckdb']).status !== 0) {
    console.log('skipped: DuckDB is not on this machine (pip install duckdb)')
    process.exit()
  }
  return startWorker('python3', fileURLToPath(new URL('ask-duckdb.py', import.meta.url)))
}

export const median = (runs: readonly Run[]): number =>
  runs.map(({ seconds }) => seconds).toSorted((a, b) => a - b)[runs.length >> 1]!

/** CPU time of this process, garbage collection in other threads with it. */
export async function timed(work: () => number | Promise<number>): Promise<Run> {
  const before = process.cpuUsage()
  const found = await work()
  const { user, system } = process.cpuUsage(before)
  return { seconds: (user + system) / 1e6, found }
}
