import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { type Emit, longestTail } from './finder.ts'
import { createFinders } from './finders.ts'
import { kernelOf } from './kernel/kernel-of.ts'
import { newBytes } from './kernel/lay-out-memory.ts'
import { createWorkspace, type Holder } from './workspace.ts'

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

/**
 * The same with lengths. `blockBytes` are looked at in one go; the size changes nothing that is found. Neither does it
 * whether the kernel leaves out what cannot be one, or everything is looked at in plain TypeScript.
 */
export function createTokenMatcher(
  index: SubjectIndex,
  onToken: (token: Token) => void,
  blockBytes = newBytes,
  looking: 'kernel' | 'plain' = 'kernel',
): Matcher {
  const tail = longestTail(index.shapes)
  const capacity = Math.min(blockBytes, newBytes) + tail
  const workspace = (looking === 'kernel' ? kernelOf(index) : undefined) ?? createWorkspace(capacity)
  const { block, countNewlines } = workspace
  const { bytes } = block
  /** Bytes of the block that are filled, and from where on they are still needed. */
  let filled = 0
  let neededFrom = 0
  /** What is still needed, while another matcher has the block. */
  let kept = new Uint8Array(0)
  /** Of everything that was dropped from the block. */
  let droppedBytes = 0
  let droppedLines = 0
  let tokens: Token[] = []
  let isLooking = false
  let finalRecords: number | undefined

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
  const finders = createFinders(index, block, emit, workspace.sources)

  const holder: Holder = {
    leave() {
      if (isLooking) throw new Error('matcher: expected no other one to begin while this one looks at its bytes')
      drop()
      kept = bytes.slice(0, filled)
    },
  }

  /** Has its own bytes in the block. */
  function enter(): void {
    if (workspace.holder === holder) return
    workspace.holder?.leave()
    workspace.holder = holder
    bytes.set(kept)
  }

  /** Returns what was found, by place. */
  function look(final: boolean): Token[] {
    isLooking = true
    try {
      neededFrom = filled
      for (const finder of finders) neededFrom = Math.min(neededFrom, finder.scan(filled, final))
    } finally {
      isLooking = false
    }
    if (tokens.length === 0) return none
    const found = tokens.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
    tokens = []
    let lines = droppedLines
    let counted = 0
    for (const token of found) {
      if (token.record !== 0) continue
      const start = token.offset - droppedBytes
      lines += countNewlines(counted, start)
      counted = start
      token.record = lines + 1
    }
    return found
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

  function countRecords(): number {
    // The last byte is always in the block: bytes are dropped only to make room for more.
    const isOpen = filled > 0 && bytes[filled - 1] !== 10
    return droppedLines + countNewlines(0, filled) + (isOpen ? 1 : 0)
  }

  return {
    write(chunk) {
      for (let taken = 0; taken < chunk.length; ) {
        enter()
        const wanted = Math.min(chunk.length - taken, capacity - tail)
        if (capacity - filled < wanted) drop()
        bytes.set(chunk.subarray(taken, taken + wanted), filled)
        filled += wanted
        taken += wanted
        // Last, since whoever is told may have other matchers write.
        for (const token of look(false)) onToken(token)
      }
    },
    end() {
      enter()
      const found = look(true)
      finalRecords = countRecords()
      workspace.holder = undefined
      for (const token of found) onToken(token)
    },
    get records() {
      if (finalRecords !== undefined) return finalRecords
      enter()
      return countRecords()
    },
  }
}

const none: Token[] = []
