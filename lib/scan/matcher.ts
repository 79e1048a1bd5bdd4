import type { WholeNumbers } from '../decode/whole-numbers.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import { type Emit, longestTail } from './finders/finder.ts'
import { createFinders } from './finders/finders.ts'
import { createNumberLookup, type Doubt, type NumberPlace } from './finders/number-lookup.ts'
import type { Sifted } from './forms/spots.ts'
import { newBytes } from './kernel/lay-out-memory.ts'
import { type Occurrence, type Token, withoutLength } from './occurrence.ts'
import { createWorkspace, type Holder } from './workspace.ts'
import { workspaceOf } from './workspace-of.ts'

/**
 * Finds the identifiers of an index in one content that is written in any cuts. Alphabets decide (see `Shape`): a
 * handle that is the local part of an address is a whole run of its alphabet, so it is found too. `write` reports at once whatever is
 * decided by the bytes so far; what touches the last byte is decided by the next ones or by `end`. A content that never
 * sees `end` was cut off: what touches the cut is not reported. `records`: lines so far; a last one needs no newline.
 */
export type Matcher = {
  write(bytes: Uint8Array): void
  /** See `Sink`. */
  writeNumbers(numbers: WholeNumbers): number | undefined
  end(): void
  records(): number
}

/**
 * Wants to know where something may be written in a form: see `Sieve`. `see` is told after each look, before what was found is
 * reported; `origin` is where the block begins in the content. Undefined: whatever was written since the last time may be
 * anything.
 */
export type Watch = {
  readonly tables: Uint8Array
  see(sifted: Sifted | undefined, origin: number): void
  /** Numbers that may be in a form, and what is told of them, by places in the content. */
  readonly doubt?: Doubt
  seeNumbers?(numbers: WholeNumbers, doubtful: readonly NumberPlace[]): void
}

/** How many bytes before the new ones the sieve looks at again. */
const sieveContext = 64

/** Each occurrence is reported once, in the order in which they are decided. */
export function createMatcher(index: SubjectIndex, onOccurrence: (occurrence: Occurrence) => void): Matcher {
  return createTokenMatcher(index, (token) => onOccurrence(withoutLength(token)))
}

/**
 * `blockBytes` are looked at in one go; the size changes nothing that is found. Neither does it whether the kernel leaves out what
 * cannot be one, or everything is looked at in plain TypeScript.
 */
type MatcherOptions = {
  blockBytes?: number | undefined
  looking?: 'kernel' | 'plain' | undefined
  watch?: Watch | undefined
}

/** The same with lengths. */
export function createTokenMatcher(
  index: SubjectIndex,
  onToken: (token: Token) => void,
  { blockBytes = newBytes, looking = 'kernel', watch }: MatcherOptions = {},
): Matcher {
  const tail = longestTail(index.shapes)
  const capacity = Math.min(blockBytes, newBytes) + tail
  const workspace = (looking === 'kernel' ? workspaceOf(index) : undefined) ?? createWorkspace(capacity)
  const { block, countNewlines, sieve } = workspace
  const { bytes } = block
  /** Bytes of the block that are filled, and from where on they are still needed. */
  let filled = 0
  let neededFrom = 0
  /** What is still needed, while another matcher has the block. */
  let kept = nothing
  /** Of everything that was dropped from the block. */
  let droppedBytes = 0
  let droppedLines = 0
  /** Newlines in all that was looked at. */
  let seenLines = 0
  let tokens: Token[] = []
  let isLooking = false
  let finalRecords: number | undefined

  const emit: Emit = {
    now(ordinal, start, length, form) {
      tokens.push({ ordinal, record: 0, offset: droppedBytes + start, length, ...(form !== undefined && { form }) })
    },
    later(ordinal, start, length) {
      const record = droppedLines + countNewlines(0, start) + 1
      const offset = droppedBytes + start
      return () => tokens.push({ ordinal, record, offset, length })
    },
  }
  const finders = createFinders(index, block, emit, workspace.sources)
  const lookUpNumbers = createNumberLookup(index, workspace)
  let hasText = false

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

  /** Returns how many newlines there are in what is new from `from` on. */
  function begin(from: number): number {
    if (watch === undefined || sieve === undefined) return countNewlines(from, filled)
    return sieve.begin(watch.tables, from, filled, Math.min(from, sieveContext))
  }

  /** Looks at what is new from `from` on; returns what was found, by place. */
  function look(from: number, final: boolean): Token[] {
    isLooking = true
    try {
      neededFrom = filled
      seenLines += begin(from)
      for (const finder of finders) neededFrom = Math.min(neededFrom, finder.scan(filled, final))
    } finally {
      if (watch !== undefined) sieve?.sift()
      isLooking = false
    }
    watch?.see(sieve?.sifted, droppedBytes)
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
    const count = watch === undefined ? neededFrom : Math.max(0, Math.min(neededFrom, filled - sieveContext))
    for (const finder of finders) finder.shift(count)
    droppedLines = seenLines - countNewlines(count, filled)
    droppedBytes += count
    bytes.copyWithin(0, count, filled)
    filled -= count
    neededFrom -= count
  }

  function countRecords(): number {
    // The last byte is always in the block: bytes are dropped only to make room for more.
    const isOpen = filled > 0 && bytes[filled - 1] !== 10
    return seenLines + (isOpen ? 1 : 0)
  }

  /** What was written is numbers, whose last byte would be a line end. */
  function beginText(): void {
    hasText = true
    if (droppedBytes === 0) return
    enter()
    bytes[0] = lineFeed
    filled = 1
    droppedBytes -= 1
    droppedLines -= 1
  }

  return {
    writeNumbers(numbers) {
      if (hasText || lookUpNumbers === undefined) return undefined
      enter()
      const found = lookUpNumbers(numbers, watch?.doubt)
      if (found === undefined) return undefined
      const { lineBytes, tokens, doubtful } = found
      const [bytesBefore, linesBefore] = [droppedBytes, droppedLines]
      droppedBytes += lineBytes
      droppedLines += numbers.count
      seenLines += numbers.count
      watch?.seeNumbers?.(numbers, doubtful)
      for (const { ordinal, record, offset, length } of tokens)
        onToken({ ordinal, record: linesBefore + record, offset: bytesBefore + offset, length })
      return lineBytes
    },
    write(chunk) {
      if (!hasText && chunk.length > 0) beginText()
      for (let taken = 0; taken < chunk.length; ) {
        enter()
        const wanted = Math.min(chunk.length - taken, capacity - tail)
        if (capacity - filled < wanted) drop()
        bytes.set(chunk.subarray(taken, taken + wanted), filled)
        filled += wanted
        taken += wanted
        // Last, since whoever is told may have other matchers write.
        for (const token of look(filled - wanted, false)) onToken(token)
      }
    },
    end() {
      enter()
      const found = look(filled, true)
      finalRecords = countRecords()
      workspace.holder = undefined
      for (const token of found) onToken(token)
    },
    records() {
      if (finalRecords !== undefined) return finalRecords
      enter()
      return countRecords()
    },
  }
}

const none: Token[] = []
const nothing = new Uint8Array(0)
const lineFeed = 10
