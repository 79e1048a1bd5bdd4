import type { Sink } from '../decode/sink.ts'
import type { Keep } from './judge-records.ts'

/** Lines of a content on their way to where they go. `settle` says it of each line, in order, from 1 on; `pass` sends on what is settled. */
export type PartedLines = {
  take(bytes: Uint8Array): void
  settle(line: number, goes: boolean): void
  pass(): Promise<void>
  end(): Promise<void>
}

/**
 * Parts a content into the lines that stay and those that go, byte for byte with their ends, which are LF: each byte is passed to exactly one
 * of both sinks. Gives up on a content whose lines its reader counts in another way.
 */
export function partLines(to: { stays: Sink; goes: Sink | undefined }, keep: Keep): PartedLines {
  let waiting = Buffer.alloc(0)
  let settled: boolean[] = []
  let count = 0

  async function pass(isEnd: boolean): Promise<void> {
    let from = 0
    for (let at = 0, line = 0; line < settled.length; line++) {
      const found = waiting.indexOf(lineFeed, at) + 1
      const isLast = line === settled.length - 1
      if (found === 0 && !(isEnd && isLast)) keep(uncounted)
      at = found === 0 ? waiting.length : found
      if (!isLast && settled[line] === settled[line + 1]) continue
      await (settled[line] ? to.goes : to.stays)?.write(waiting.subarray(from, at))
      from = at
    }
    settled = []
    waiting = waiting.subarray(from)
  }
  return {
    take(bytes) {
      waiting = Buffer.concat([waiting, bytes])
    },
    settle(line, goes) {
      count += 1
      if (line !== count) keep(uncounted)
      settled.push(goes)
    },
    pass: () => pass(false),
    async end() {
      await pass(true)
      if (waiting.length > 0) keep(uncounted)
      await to.goes?.end()
      await to.stays.end()
    },
  }
}

const lineFeed = 0x0a
const uncounted = 'its lines are not told apart'
