import type { Meter } from '../../ports.ts'

/** Work done so far, summed over all threads. */
export type Done = { listed: number; bytes: number; versions: number; findings: number }

/** Counters in shared memory: workers add, the main thread reads. `busyThreads`: of those that run handlers. */
export function createCounters(memory = new SharedArrayBuffer(40)): {
  memory: SharedArrayBuffer
  meter: Meter
  read(): Done
  setBusyThreads(count: number): void
  busyThreads(): number
} {
  const cells = new BigUint64Array(memory)
  const add = (cell: number, by: number | undefined) => void (by && Atomics.add(cells, cell, BigInt(by)))
  return {
    memory,
    meter: {
      add({ bytes, versions, findings, listed }) {
        add(3, listed)
        add(0, bytes)
        add(1, versions)
        add(2, findings)
      },
    },
    read: () => ({
      listed: Number(Atomics.load(cells, 3)),
      bytes: Number(Atomics.load(cells, 0)),
      versions: Number(Atomics.load(cells, 1)),
      findings: Number(Atomics.load(cells, 2)),
    }),
    setBusyThreads: (count) => void Atomics.store(cells, 4, BigInt(count)),
    busyThreads: () => Number(Atomics.load(cells, 4)),
  }
}
