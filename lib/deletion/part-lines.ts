import type { Sink } from '../decode/sink.ts'
import { maxLineBytes } from '../manifest/text-lines.ts'
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
  let waiting: Buffer[] = []
  let waitingBytes = 0
  let settled: boolean[] = []
  let count = 0

  async function pass(isEnd: boolean): Promise<void> {
    if (settled.length === 0) {
      if (waitingBytes > longest) keep(tooLong)
      return
    }
    const all = Buffer.concat(waiting)
    const [stays, goes]: [Buffer[], Buffer[]] = [[], []]
    let from = 0
    for (let at = 0, line = 0; line < settled.length; line++) {
      const found = all.indexOf(lineFeed, at) + 1
      const isLast = line === settled.length - 1
      if (found === 0 && !(isEnd && isLast && at < all.length)) keep(uncounted)
      at = found === 0 ? all.length : found
      if (!isLast && settled[line] === settled[line + 1]) continue
      const side = settled[line] ? goes : stays
      side.push(all.subarray(from, at))
      from = at
    }
    settled = []
    waiting = [all.subarray(from)]
    waitingBytes = all.length - from
    if (stays.length > 0) await to.stays.write(Buffer.concat(stays))
    if (goes.length > 0) await to.goes?.write(Buffer.concat(goes))
  }
  return {
    take(bytes) {
      waiting.push(Buffer.from(bytes))
      waitingBytes += bytes.length
    },
    settle(line, goes) {
      count += 1
      if (line !== count) keep(uncounted)
      settled.push(goes)
    },
    pass: () => pass(false),
    async end() {
      await pass(true)
      if (waitingBytes > 0) keep(uncounted)
      await to.goes?.end()
      await to.stays.end()
    },
  }
}

const lineFeed = 0x0a
const uncounted = 'its lines are not told apart'
const tooLong = 'it has a line that is too long to be held'
/** Readers give up on a line at half of this, or when it ends: what is never said to be a line is not collected. */
const longest = 2 * maxLineBytes
