import { isAscii } from 'node:buffer'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { createWindowProbe, type WindowProbe } from '../finders/window-probe.ts'
import { fixedWidth } from '../forms/fixed-width-form.ts'
import { createMatcher } from '../matcher.ts'
import { type Columns, columnsOf, firstLines, mayHaveColumns, mostLines } from './columns.ts'
import { eachNumber, eachPiece, eachUuid, type Line, type Sought } from './pieces.ts'
import { createSeenRuns } from './seen-runs.ts'

/**
 * Looks at a text whose fields have a fixed width, with nothing between them. What is glued together there is no identifier for the finders, so each part that may be
 * a field is looked for by itself. Whether it is one is not known, so nobody is found by it: `glued` is where the first line begins that has one, if there is any.
 * `finish` is given what is behind, of which the last line may be.
 */
export type FixedWidth = {
  write(chunk: Uint8Array): void
  finish(after: Uint8Array): void
  glued(): number | undefined
}

/** What tells the columns, in bytes at most, and the longest line that is looked at. */
const headBytes = 64 * 1024
const longestLine = 64 * 1024
const batchBytes = 64 * 1024
/** So many of all numbers of a length may be somebody's for parts of longer numbers to be looked at: more would be somebody's by chance. Lists of longer ones are common. */
const mostDense = 1e-6
const mostDenseInOne = 1e-9

const lineFeed = 0x0a
const formFeed = 0x0c
const carriageReturn = 0x0d
const isContinuation = (byte: number) => (byte & 0xc0) === 0x80

type Tools = { sought: Sought; probe: WindowProbe }
const known = new WeakMap<SubjectIndex, Tools>()

function toolsOf(index: SubjectIndex): Tools {
  const tools = known.get(index) ?? { sought: soughtIn(index), probe: createWindowProbe(index, 'decimal') }
  known.set(index, tools)
  return tools
}

function soughtIn({ shapes, subjects }: SubjectIndex): Sought {
  const lengths = shapes.flatMap((each) => each.lengths)
  const decimals = shapes.find(({ shape }) => shape === 'decimal')?.lengths ?? []
  return {
    shortest: Math.min(...lengths),
    // A canonical UUID has no hyphens.
    longest: Math.max(...lengths) + 4,
    hasUuids: shapes.some(({ shape }) => shape === 'uuid'),
    within: decimals.filter((length) => subjects / 10 ** length <= mostDense),
    inOne: decimals.filter((length) => subjects / 10 ** length <= mostDenseInOne),
  }
}

/**
 * Of a content, or of a part of one that begins at `start` and has `before` right before it, if that is looked for. Within a part places are counted from its beginning on.
 */
export function openFixedWidth(
  index: SubjectIndex,
  forms: readonly string[],
  { start, before }: { start: number; before: Uint8Array } = { start: 0, before: none },
): FixedWidth | undefined {
  if (!forms.includes(fixedWidth.name) || index.shapes.length === 0) return undefined
  const fields = createFixedWidth(index, -before.length, before.length !== start)
  fields.write(before)
  return fields
}

/** `origin`: where the first byte is that is written; `isCut`: it may be within a line, which is left out. */
function createFixedWidth(index: SubjectIndex, origin: number, isCut: boolean): FixedWidth {
  const { sought, probe } = toolsOf(index)
  const longDigits = Math.min(Infinity, ...sought.within) + 1
  /** Lines that wait for the columns to be known, with where they begin; then none. */
  let head: { line: Uint8Array; start: number }[] | undefined = []
  let headLength = 0
  /** So many of them are copies. */
  let owned = 0
  /** The first ones have a sign of columns. */
  let hasSign = false
  let columns: Columns | undefined
  /** From when on there are columns. */
  let seen: ReturnType<typeof createSeenRuns> | undefined
  /** The beginning of a line that is not at its end, and where it begins; undefined: it is cut or too long. */
  let open: Uint8Array | undefined = isCut ? undefined : none
  let start = origin
  let position = origin
  let glued: number | undefined
  let isOver = false

  let batch = none
  let filled = 0
  let starts: number[] = []

  function flush(): void {
    if (filled === 0) return
    const batchStarts = starts
    const matcher = createMatcher(index, ({ ordinal, record }) => note(ordinal, batchStarts[record - 1]!))
    matcher.write(batch.subarray(0, filled))
    matcher.end()
    filled = 0
    starts = []
  }

  function note(ordinal: number, from: number): void {
    if (ordinal === -1 || index.isControl(ordinal)) return
    glued = Math.min(glued ?? Infinity, from)
    isOver = true
  }

  function look(line: Line, from: number): void {
    // A line that begins before the part is of the one before, whose columns may be others: nothing in it counts as seen.
    if (from < 0) return
    const { bytes } = line
    const report = (pieceStart: number, pieceEnd: number) => {
      if (filled + pieceEnd - pieceStart + 1 > batch.length) flush()
      if (batch.length === 0) batch = new Uint8Array(batchBytes)
      for (let at = pieceStart; at < pieceEnd; at++) batch[filled++] = bytes[at]!
      batch[filled++] = lineFeed
      starts.push(from)
    }
    const codes = eachPiece(line, columns!, sought, seen!, report)
    if (sought.hasUuids) eachUuid(line, report)
    if (columns!.numbers.length === 0) return
    eachNumber(line, columns!, sought, codes, (start, end, lengths) =>
      probe(bytes, start, end, lengths, (ordinal) => note(ordinal, from)),
    )
  }

  const linesOf = () => head!.map(({ line }) => line)
  const mayHave = () => mayHaveColumns(linesOf(), longDigits)

  function decide(): void {
    const lines = head!
    columns = hasSign || mayHave() ? columnsOf(linesOf(), longDigits) : undefined
    head = undefined
    isOver = columns === undefined
    if (isOver) return
    seen = createSeenRuns()
    for (const { line, start: from } of lines) look(wholeOf(line), from)
  }

  function takeLine(bytes: Uint8Array, from: number): void {
    if (bytes.length > longestLine) return
    const line = toCharacters(bytes)
    if (head === undefined) {
      look(wholeOf(line), from)
      return
    }
    head.push({ line, start: from })
    headLength += line.length
    if (head.length === firstLines || head.length === 2 * firstLines) hasSign ||= mayHave()
    if (head.length === 2 * firstLines && !hasSign) isOver = true
    else if (head.length === mostLines || headLength > headBytes) decide()
  }

  /** Looks at the lines of a chunk of ASCII from a line's beginning on, once the columns are known; returns where the last one begins, which may go on behind it. */
  function lookAtLines(chunk: Uint8Array, begin: number): number {
    let at = begin
    while (!isOver) {
      const end = chunk.indexOf(lineFeed, at)
      if (end === -1) break
      const to = end > at && chunk[end - 1] === carriageReturn ? end - 1 : end
      const from = chunk[at] === formFeed ? at + 1 : at
      if (end - at <= longestLine) look({ bytes: chunk, from, to }, position + at)
      at = end + 1
    }
    return at
  }

  function write(part: Uint8Array): void {
    // What waits for more has to be its own: a small part is copied as a whole.
    const isOwn = head !== undefined && part.length <= headBytes
    const chunk = isOwn ? new Uint8Array(part) : part
    let isPlain: boolean | undefined
    for (let at = 0; at < chunk.length && !isOver; ) {
      if (head === undefined && open?.length === 0) {
        isPlain ??= isAscii(chunk)
        if (isPlain) at = lookAtLines(chunk, at)
        start = position + at
        if (isOver) break
      }
      const end = chunk.indexOf(lineFeed, at)
      const piece = chunk.subarray(at, end === -1 ? chunk.length : end)
      if (open !== undefined) {
        const whole = open.length === 0 ? piece : Buffer.concat([open, piece])
        if (end !== -1) takeLine(whole, start)
        else open = whole.length > longestLine ? undefined : new Uint8Array(whole)
      }
      if (end === -1) break
      at = end + 1
      open = none
      start = position + at
    }
    position += chunk.length
    if (head === undefined || isOver) return
    if (isOwn) owned = head.length
    for (; owned < head.length; owned++) own(head[owned]!)
  }

  return {
    write,
    finish(after) {
      if (isOver) return
      const isOpen = start < position
      const end = after.indexOf(lineFeed)
      if (isOpen) write(end === -1 ? after : after.subarray(0, end + 1))
      if (isOpen && end === -1 && open !== undefined) takeLine(open, start)
      if (head !== undefined && !isOver) decide()
      flush()
      isOver = true
    },
    glued: () => glued,
  }
}

const none = new Uint8Array(0)

const wholeOf = (line: Uint8Array): Line => ({ bytes: line, from: 0, to: line.length })

function own(waiting: { line: Uint8Array }): void {
  waiting.line = new Uint8Array(waiting.line)
}

/** A byte for each character, without the end of the line, and without what is in no column before it: a byte order mark, the beginning of a page. */
function toCharacters(line: Uint8Array): Uint8Array {
  const from = line[0] === formFeed ? 1 : line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? 3 : 0
  const own = line.subarray(from, line.at(-1) === carriageReturn ? -1 : undefined)
  return isAscii(own) ? own : own.filter((byte) => !isContinuation(byte))
}
