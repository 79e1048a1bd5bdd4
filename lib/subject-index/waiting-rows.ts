import { ManifestInvalid } from '../errors.ts'
import { type CaseRule, canonicalOf, maxIdentifierLength } from '../manifest/identifier.ts'
import { hashInto, type Seed } from './filter.ts'
import { createRowDigests, longestText, messageBytes, rowsTogether } from './kernel/row-digests.ts'
import { createKeyedDigest } from './keyed-digest.ts'
import { shapeCodes } from './shape-code.ts'

/**
 * A row of a manifest, digested: `digests` has its digest, four words from `at` on, and `first` and `second` are the halves of its hash.
 * `length` is of its canonical spelling.
 */
export type DigestedRow = {
  line: number
  shape: number
  length: number
  digests: Uint32Array
  at: number
  first: number
  second: number
}

/** Rows that were digested together: those of the first `count` places. Of a digest there are four words. `textOf`: a row's canonical spelling, which is in its message as well, behind a byte, if it is not long. */
export type RowBatch = {
  count: number
  lines: Uint32Array
  shapes: Uint8Array
  lengths: Int32Array
  digests: Uint32Array
  firsts: Int32Array
  seconds: Int32Array
  messages: Uint8Array
  textOf(row: number): Uint8Array
}

/**
 * Rows of a manifest that wait until there are enough to digest them together; then they are handed out, in the order in which
 * they came. `add` and `addPlain` throw ManifestInvalid when there are more lines than can be told apart.
 */
export type WaitingRows = {
  /** Takes a row whose text is a decimal number that is not long, or a UUID with hyphens, in any case rule; false: it is neither, or may be a placeholder. */
  addPlain(line: number, text: string): boolean
  add(line: number, shape: number, canonical: string): void
  /** Hands out all that wait. */
  flush(): void
}

/** More than can be told apart: a line is a word (see `DigestedRows`). */
const mostLines = 2 ** 32 - 1

const hyphen = 0x2d
/** Of hexadecimal digits in any case those in lower case; 0 of all else. */
const lowerHex = Uint8Array.from({ length: 256 }, (_, code) => {
  const digit = String.fromCharCode(code).toLowerCase()
  return /^[0-9a-f]$/.test(digit) ? digit.charCodeAt(0) : 0
})

/** @param onRows takes a batch, which holds until it returns */
export function createWaitingRows(tagKey: Uint8Array, seed: Seed, onRows: (batch: RowBatch) => void): WaitingRows {
  const together = createRowDigests(tagKey, seed)
  const { messages, lengths, digests, firsts, seconds } = together
  const lines = new Uint32Array(rowsTogether)
  const shapes = new Uint8Array(rowsTogether)
  /** Bytes of a message that are not zero, or may not be. */
  const filled = new Uint8Array(rowsTogether)
  /** What is too long for a message, by its row. */
  const long = new Map<number, string>()
  const digestLong = createDigestOne(tagKey, seed)
  let count = 0

  /** The text of the row that is next has been written to its message. */
  function close(line: number, shape: number, length: number): void {
    if (line > mostLines) throw new ManifestInvalid(`manifest: rows: expected at most ${mostLines} lines, got more`)
    const text = count * messageBytes + 1
    for (let at = length; at < filled[count]!; at++) messages[text + at] = 0
    filled[count] = length
    messages[text - 1] = shape
    shapes[count] = shape
    lengths[count] = length
    lines[count++] = line
    if (count === rowsTogether) flush()
  }

  function addDecimal(line: number, text: string): boolean {
    const { length } = text
    if (length < 3 || length > longestText) return false
    const from = count * messageBytes + 1
    let isZero = true
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at)
      if (code < 0x30 || code > 0x39) return leave(at)
      if (code !== 0x30) isZero = false
      messages[from + at] = code
    }
    if (isZero) return leave(length)
    close(line, shapeCodes.decimal, length)
    return true
  }

  function addUuid(line: number, text: string): boolean {
    if (text.length !== 36) return false
    const from = count * messageBytes + 1
    let written = 0
    let isOneDigit = true
    for (let at = 0; at < 36; at++) {
      const code = text.charCodeAt(at)
      if (at === 8 || at === 13 || at === 18 || at === 23) {
        if (code !== hyphen) return leave(written)
        continue
      }
      const digit = code < 256 ? lowerHex[code]! : 0
      if (digit === 0) return leave(written)
      messages[from + written++] = digit
      if (digit !== messages[from]) isOneDigit = false
    }
    if (isOneDigit) return leave(written)
    close(line, shapeCodes.uuid, 32)
    return true
  }

  /** So many bytes were written to the text of the row that is next, which is another one. */
  function leave(written: number): false {
    if (written > filled[count]!) filled[count] = written
    return false
  }

  function add(line: number, shape: number, canonical: string): void {
    const length = Math.min(canonical.length, longestText)
    if (canonical.length > longestText) long.set(count, canonical)
    const from = count * messageBytes + 1
    for (let at = 0; at < length; at++) messages[from + at] = canonical.charCodeAt(at)
    close(line, shape, length)
  }

  function textOf(row: number): Uint8Array {
    const canonical = long.get(row)
    if (canonical !== undefined) return Buffer.from(canonical, 'latin1')
    const from = row * messageBytes + 1
    return messages.subarray(from, from + lengths[row]!)
  }

  function flush(): void {
    const batch = { count, lines, shapes, lengths, digests, firsts, seconds, messages, textOf }
    count = 0
    together.compute(batch.count)
    for (const [row, canonical] of long) {
      const { length, first, second } = digestLong(shapes[row]!, canonical, digests, row * 4)
      lengths[row] = length
      firsts[row] = first
      seconds[row] = second
    }
    if (batch.count > 0) onRows(batch)
    long.clear()
  }

  return { addPlain: (line, text) => addDecimal(line, text) || addUuid(line, text), add, flush }
}

/** Takes an identifier as a manifest has it; returns what is wrong with it, and takes nothing then. */
export function addText(rows: WaitingRows, line: number, text: string, caseRule: CaseRule): string | undefined {
  if (rows.addPlain(line, text)) return undefined
  const result = canonicalOf(text, caseRule)
  if ('problem' in result) return result.problem
  rows.add(line, shapeCodes[result.shape], result.canonical)
  return undefined
}

/** Calls for each row of a batch. The row is the taker's until it returns. */
export function eachRow({ count, lines, shapes, lengths, digests, firsts, seconds }: RowBatch, take: TakeRow): void {
  for (let row = 0; row < count; row++)
    take({
      line: lines[row]!,
      shape: shapes[row]!,
      length: lengths[row]!,
      digests,
      at: row * 4,
      first: firsts[row]!,
      second: seconds[row]!,
    })
}

type TakeRow = (row: DigestedRow) => void
type DigestOne = (shape: number, canonical: string, digests: Uint32Array, at: number) => DigestedRow

/** Digests and hashes one text at a time, of any length: a row of no line, whose digest is written to `at`. */
export function createDigestOne(tagKey: Uint8Array, seed: Seed): DigestOne {
  const keyed = createKeyedDigest(tagKey)
  const bytes = new Uint8Array(maxIdentifierLength)
  const view = new DataView(bytes.buffer)
  const halves = new Int32Array(2)
  return (shape, canonical, digests, at) => {
    const { length } = canonical
    for (let place = 0; place < length; place++) bytes[place] = canonical.charCodeAt(place)
    keyed.compute(shape, bytes, 0, length)
    digests.set(keyed.digest, at)
    hashInto(halves, view, bytes, 0, length, shape, seed)
    return { line: 0, shape, length, digests, at, first: halves[0]!, second: halves[1]! }
  }
}
