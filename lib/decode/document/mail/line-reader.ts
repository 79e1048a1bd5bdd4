/** A line without its end; one that is very long comes in pieces, of which all but the last go on. */
export type Line = { bytes: Buffer; isContinued: boolean; goesOn: boolean }

/** Lines in their order; one that was looked at stays the next one. */
export type LineReader = { peek(): Promise<Line | undefined>; take(): Promise<Line | undefined> }

const longest = 65_536
const lineFeed = 0x0a
const carriageReturn = 0x0d

export function lineReader(take: () => Promise<Uint8Array | undefined>): LineReader {
  let held: Buffer = Buffer.alloc(0)
  let at = 0
  let isOver = false
  let isContinued = false
  let next: Line | undefined

  async function read(): Promise<Line | undefined> {
    for (;;) {
      const end = held.indexOf(lineFeed, at)
      if (end !== -1 && end - at <= longest) return line(end, end + 1, false)
      if (held.length - at > longest) return line(at + longest, at + longest, true)
      if (isOver) return at < held.length ? line(held.length, held.length, false) : undefined
      const chunk = await take()
      if (chunk === undefined) isOver = true
      else {
        held = Buffer.concat([held.subarray(at), chunk])
        at = 0
      }
    }
  }

  function line(end: number, after: number, goesOn: boolean): Line {
    const stop = !goesOn && end > at && held[end - 1] === carriageReturn ? end - 1 : end
    const found = { bytes: held.subarray(at, stop), isContinued, goesOn }
    at = after
    isContinued = goesOn
    return found
  }

  return {
    async peek() {
      next ??= await read()
      return next
    },
    async take() {
      const found = next ?? (await read())
      next = undefined
      return found
    },
  }
}
