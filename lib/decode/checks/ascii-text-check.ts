import { beginsWithItems } from './binary-items.ts'
import { type EightBitCheck, eightBitCheck } from './eight-bit-check.ts'
import { isFlaggedRows } from './flagged-rows.ts'
import { type Seen, surveyed } from './survey.ts'
import { type TextCheck, textCheck } from './text-check.ts'

/** A shorter content is not enough to tell an encoding. */
const leastBytes = 64
/** So many tell whether it is records of CBOR or MessagePack for all that, and so many whether it is rows of a table. */
const itemBytes = 512
const headBytes = 4096
/** Of these one has to be from 0x80. */
const firstBytes = 4
/** Bytes of a character that may be cut before the byte that makes it invalid. */
const longestCut = 3
/** What DOS puts behind the last line of a text (Ctrl-Z). */
const endOfText = 0x1a
const lineFeed = 0x0a
const nothing: Uint8Array = new Uint8Array(0)

/**
 * Whether a content is text in UTF-8 or, where its sink `readsEightBit`, in another encoding in which ASCII stands for itself, mostly ASCII and of at least
 * `least` bytes; in UTF-8 with blocks of zeros where it `skipsZeros`; one Ctrl-Z may be behind its last line. The problem is not told before the end, since more of the content may tell its encoding.
 */
export function asciiTextCheck({ readsEightBit = false, skipsZeros = false, least = leastBytes }): TextCheck {
  const utf8 = textCheck({ strays: true, skipsZeros })
  /** From the first byte on that is no UTF-8. */
  let eightBit: EightBitCheck | undefined
  let total = 0
  /** The last bytes before what is written next. */
  let before = nothing
  /** The first bytes, if one of the very first is not ASCII. */
  let head = nothing
  let last = 0
  /** The last byte is a Ctrl-Z behind a line end, and no problem unless more comes. */
  let mayHaveEnded = false

  /** Where the chunks are cut changes nothing. */
  function begin(bytes: Uint8Array, offset: number): void {
    eightBit = eightBitCheck()
    const at = offset - total
    if (at < 0) eightBit.write(before.subarray(before.length + at))
    eightBit.write(bytes.subarray(Math.max(0, at)))
  }

  function writeSeen(bytes: Uint8Array, seen: Seen | undefined): void {
    if (bytes.length === 0) return
    if (mayHaveEnded) look(Uint8Array.of(endOfText), undefined)
    const previous = bytes.at(-2) ?? last
    last = bytes.at(-1)!
    mayHaveEnded = last === endOfText && previous === lineFeed
    const text = mayHaveEnded ? bytes.subarray(0, -1) : bytes
    look(text, seen && seen.control >= text.length ? { ...seen, control: -1 } : seen)
  }

  function isOfHead(bytes: Uint8Array): boolean {
    if (head.length !== total || total >= headBytes) return false
    if (total >= firstBytes || total + bytes.length < firstBytes) return true
    const isHigh = (byte: number) => byte >= 0x80
    return head.some(isHigh) || bytes.subarray(0, firstBytes - total).some(isHigh)
  }

  const isRecords = () => beginsWithItems(head.subarray(0, itemBytes)) || isFlaggedRows(head, total)

  function look(bytes: Uint8Array, seen: Seen | undefined): void {
    if (isOfHead(bytes)) head = Buffer.concat([head, bytes.subarray(0, headBytes - head.length)])
    if (eightBit !== undefined) eightBit.write(bytes)
    else {
      utf8.writeSeen(bytes, seen)
      const problem = utf8.problem()
      if (readsEightBit && problem?.reason === 'invalid-utf8') begin(bytes, problem.offset)
      else if (readsEightBit) before = lastOf(before, bytes)
    }
    total += bytes.length
  }

  return {
    write: (bytes) => surveyed(bytes, writeSeen),
    writeSeen,
    end() {
      utf8.end()
      const problem = utf8.problem()
      if (readsEightBit && eightBit === undefined && problem?.reason === 'invalid-utf8')
        begin(new Uint8Array(0), problem.offset)
    },
    problem: () =>
      eightBit?.isText() && !utf8.isOnlyUtf8() && total >= least && !isRecords() ? undefined : utf8.problem(),
  }
}

/** The last bytes of two that follow one another. */
function lastOf(before: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (bytes.length < longestCut) return Buffer.concat([before, bytes]).subarray(-longestCut)
  const last = new Uint8Array(longestCut)
  for (let at = 0; at < longestCut; at++) last[at] = bytes[bytes.length - longestCut + at]!
  return last
}
