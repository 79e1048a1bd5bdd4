import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { createLineCounter } from './count-lines.ts'
import { type Block, type Emit, longestTail } from './finder.ts'
import { createFinders } from './finders.ts'

/**
 * A confirmed identifier: `record` counts lines from 1, `offset` is of its first byte, from 0. `ordinal` is an entry of
 * the index: it may be a control (`index.isControl`).
 */
export type Occurrence = { ordinal: number; record: number; offset: number }

/** The same with its length in bytes. */
export type Token = Occurrence & { length: number }

/**
 * Finds the identifiers of an index in one content that is written in any cuts. Alphabets decide (see `Shape`): a
 * handle that is the local part of an address is a whole run of its alphabet, so it is found too. `write` reports at once whatever is
 * decided by the bytes so far; what touches the last byte is decided by the next ones or by `end`. A content that never
 * sees `end` was cut off: what touches the cut is not reported. `records`: lines so far; a last one needs no newline.
 */
export type Matcher = { write(bytes: Uint8Array): void; end(): void; readonly records: number }

/** Each occurrence is reported once, in the order in which they are decided. */
export function createMatcher(index: SubjectIndex, onOccurrence: (occurrence: Occurrence) => void): Matcher {
  return createTokenMatcher(index, ({ ordinal, record, offset }) => onOccurrence({ ordinal, record, offset }))
}

/** `blockBytes` are looked at in one go; the size changes nothing that is found. */
export function createTokenMatcher(
  index: SubjectIndex,
  onToken: (token: Token) => void,
  blockBytes = 64 * 1024,
): Matcher {
  const tail = longestTail(index.shapes)
  const bytes = new Uint8Array(blockBytes + tail)
  const countNewlines = createLineCounter(bytes)
  const view = new DataView(bytes.buffer)
  const buffer = Buffer.from(bytes.buffer)
  const block: Block = { bytes, view, buffer }
  /** Bytes of the block that are filled, and from where on they are still needed. */
  let filled = 0
  let neededFrom = 0
  /** Of everything that was dropped from the block. */
  let droppedBytes = 0
  let droppedLines = 0
  let tokens: Token[] = []

  const emit: Emit = {
    now(ordinal, start, length) {
      tokens.push({ ordinal, record: 0, offset: droppedBytes + start, length })
    },
    later(ordinal, start, length) {
      const record = droppedLines + countNewlines(0, start) + 1
      const offset = droppedBytes + start
      return () => tokens.push({ ordinal, record, offset, length })
    },
  }
  const finders = createFinders(index, block, emit)

  function scan(final: boolean): void {
    neededFrom = filled
    for (const finder of finders) neededFrom = Math.min(neededFrom, finder.scan(filled, final))
    if (tokens.length === 0) return
    const found = tokens.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
    tokens = []
    let lines = droppedLines
    let counted = 0
    for (const token of found) {
      if (token.record === 0) {
        const start = token.offset - droppedBytes
        lines += countNewlines(counted, start)
        counted = start
        token.record = lines + 1
      }
      onToken(token)
    }
  }

  function drop(): void {
    if (filled - neededFrom > tail) throw new Error('matcher: tail: expected a bounded one')
    for (const finder of finders) finder.shift(neededFrom)
    droppedLines += countNewlines(0, neededFrom)
    droppedBytes += neededFrom
    bytes.copyWithin(0, neededFrom, filled)
    filled -= neededFrom
    neededFrom = 0
  }

  return {
    write(chunk) {
      for (let taken = 0; taken < chunk.length; ) {
        const wanted = Math.min(chunk.length - taken, blockBytes)
        if (bytes.length - filled < wanted) drop()
        bytes.set(chunk.subarray(taken, taken + wanted), filled)
        filled += wanted
        taken += wanted
        scan(false)
      }
    },
    end() {
      scan(true)
    },
    get records() {
      // The last byte is always in the block: bytes are dropped only to make room for more.
      const isOpen = filled > 0 && bytes[filled - 1] !== 10
      return droppedLines + countNewlines(0, filled) + (isOpen ? 1 : 0)
    },
  }
}
