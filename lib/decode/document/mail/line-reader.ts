/** A line without its end; one that is very long comes in pieces, of which all but the last go on. */
export type Line = { bytes: Buffer; isContinued: boolean; goesOn: boolean }

/** Lines in their order. */
export type LineReader = {
  /** The next line if it has been read; else see `peek`. To wait for what is there takes longer than all else that is done with a line. */
  atHand(): Line | undefined
  /** The next line, for which more may have to be read; absent at the end. */
  peek(): Promise<Line | undefined>
  /** Goes on behind the line that was looked at. */
  skip(): void
  /** Goes on where `to` says that a line begins behind others, of bytes in which the next line begins at `from`; whether it is behind others. */
  pass(to: (bytes: Buffer, from: number) => number): boolean
}

export const longest = 65_536
const lineFeed = 0x0a
const carriageReturn = 0x0d

export function lineReader(take: () => Promise<Uint8Array | undefined>): LineReader {
  let held: Buffer = Buffer.alloc(0)
  let at = 0
  let isOver = false
  let isContinued = false
  let next: Line | undefined

  /** The next line, if all of it is there. */
  function lineAtHand(): Line | undefined {
    const end = held.indexOf(lineFeed, at)
    if (end !== -1 && end - at <= longest) return line(end, end + 1, false)
    return held.length - at > longest ? line(at + longest, at + longest, true) : undefined
  }

  async function read(): Promise<Line | undefined> {
    for (;;) {
      const whole = lineAtHand()
      if (whole !== undefined) return whole
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
    atHand() {
      next ??= lineAtHand()
      return next
    },
    async peek() {
      next ??= await read()
      return next
    },
    skip() {
      next = undefined
    },
    pass(to) {
      const from = at
      if (next === undefined && !isContinued) at = to(held, from)
      return at > from
    },
  }
}
