import { ManifestInvalid } from '../errors.ts'
import { maxIdentifierLength } from '../manifest/identifier.ts'
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

/**
 * Rows of a manifest that wait until there are enough to digest them together; then each is handed out, in the order in which
 * they came. `add` and `addDecimal` throw ManifestInvalid when there are more lines than can be told apart.
 */
export type WaitingRows = {
  /** Takes a row whose text is a decimal number, and no other; false: it is none, or a long one. */
  addDecimal(line: number, text: string): boolean
  add(line: number, shape: number, canonical: string): void
  /** Hands out all that wait. */
  flush(): void
}

/** More than can be told apart: a line is a word (see `DigestedRows`). */
const mostLines = 2 ** 32 - 1

/** @param onRow is told of a row, which holds until it returns */
export function createWaitingRows(tagKey: Uint8Array, seed: Seed, onRow: (row: DigestedRow) => void): WaitingRows {
  const together = createRowDigests(tagKey, seed)
  const { messages, lengths, digests, firsts, seconds } = together
  const lines = new Float64Array(rowsTogether)
  /** Bytes of a message that are not zero, or may not be. */
  const filled = new Uint8Array(rowsTogether)
  /** What is too long for a message, by its row. */
  const long = new Map<number, string>()
  const digestLong = createLongDigests(tagKey, seed)
  const handed: DigestedRow = { line: 0, shape: 0, length: 0, digests, at: 0, first: 0, second: 0 }
  let count = 0

  /** The text of the row that is next has been written to its message. */
  function close(line: number, shape: number, length: number): void {
    if (line > mostLines) throw new ManifestInvalid(`manifest: rows: expected at most ${mostLines} lines, got more`)
    const text = count * messageBytes + 1
    for (let at = length; at < filled[count]!; at++) messages[text + at] = 0
    filled[count] = length
    messages[text - 1] = shape
    lengths[count] = length
    lines[count++] = line
    if (count === rowsTogether) flush()
  }

  function addDecimal(line: number, text: string): boolean {
    const { length } = text
    if (length < 3 || length > longestText) return false
    const from = count * messageBytes + 1
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at)
      if (code < 0x30 || code > 0x39) {
        if (at > filled[count]!) filled[count] = at
        return false
      }
      messages[from + at] = code
    }
    close(line, shapeCodes.decimal, length)
    return true
  }

  function add(line: number, shape: number, canonical: string): void {
    const length = Math.min(canonical.length, longestText)
    if (canonical.length > longestText) long.set(count, canonical)
    const from = count * messageBytes + 1
    for (let at = 0; at < length; at++) messages[from + at] = canonical.charCodeAt(at)
    close(line, shape, length)
  }

  function flush(): void {
    const rows = count
    count = 0
    together.compute(rows)
    for (let row = 0; row < rows; row++) {
      handed.line = lines[row]!
      handed.shape = messages[row * messageBytes]!
      handed.length = lengths[row]!
      handed.at = row * 4
      handed.first = firsts[row]!
      handed.second = seconds[row]!
      if (long.size > 0 && long.has(row)) digestLong(handed, long.get(row)!)
      onRow(handed)
    }
    long.clear()
  }

  return { addDecimal, add, flush }
}

/** Digests and hashes one text at a time, of any length, into a row that has its shape. */
export function createLongDigests(tagKey: Uint8Array, seed: Seed): (row: DigestedRow, canonical: string) => void {
  const keyed = createKeyedDigest(tagKey)
  const bytes = new Uint8Array(maxIdentifierLength)
  const view = new DataView(bytes.buffer)
  const halves = new Int32Array(2)
  return (row, canonical) => {
    const { length } = canonical
    for (let at = 0; at < length; at++) bytes[at] = canonical.charCodeAt(at)
    keyed.compute(row.shape, bytes, 0, length)
    row.digests.set(keyed.digest, row.at)
    hashInto(halves, view, bytes, 0, length, row.shape, seed)
    row.length = length
    row.first = halves[0]!
    row.second = halves[1]!
  }
}
