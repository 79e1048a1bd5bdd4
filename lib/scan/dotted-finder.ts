import { dottedCharacters, lengthTable, trimmedCharacters } from './alphabets.ts'
import { collectRuns, createRuns } from './collect-runs.ts'
import type { Block, Emit, Finder } from './finder.ts'
import { createHeldRun } from './held-run.ts'
import type { Probe } from './probe.ts'

/** Finds dotted identifiers: runs of letters, digits, `_`, `.` and `-`, without the `.` and `-` at either end. */
export function createDottedFinder({ bytes }: Block, lengths: readonly number[], probe: Probe, emit: Emit): Finder {
  const minLength = Math.min(...lengths)
  const maxLength = Math.max(...lengths)
  const allowed = lengthTable(lengths)
  const runs = createRuns(bytes.length, minLength)
  const held = createHeldRun(dottedCharacters)
  let resume = 0

  const isTrimmed = (at: number) => trimmedCharacters[bytes[at]!] !== 0

  function trimmedStart(from: number, to: number): number {
    let start = from
    while (start < to && isTrimmed(start)) start++
    return start
  }

  function trimmedEnd(start: number, to: number): number {
    let end = to
    while (end > start && isTrimmed(end - 1)) end--
    return end
  }

  function look(start: number, end: number): number {
    const length = end - start
    return length > maxLength || allowed[length] === 0 ? -1 : probe(start, end)
  }

  return {
    scan(to, final) {
      if (held.isOpen) resume = held.resume(bytes, resume, to, final)
      collectRuns(runs, bytes, resume, to, final, dottedCharacters, minLength)
      for (let run = 0; run < runs.count; run++) {
        const start = trimmedStart(runs.starts[run]!, runs.ends[run]!)
        const end = trimmedEnd(start, runs.ends[run]!)
        const ordinal = look(start, end)
        if (ordinal !== -1) emit.now(ordinal, start, end - start)
      }
      resume = trimmedStart(runs.resume, to)
      if (!final && to - resume > maxLength) {
        const end = trimmedEnd(resume, to)
        const ordinal = look(resume, end)
        held.open(ordinal === -1 ? [] : [emit.later(ordinal, resume, end - resume)])
        resume = to
      }
      return resume
    },
    shift(count) {
      resume -= count
    },
  }
}
