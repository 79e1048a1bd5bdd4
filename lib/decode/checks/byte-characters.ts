import { isUtf8 } from 'node:buffer'
import type { EncodedProblem } from './encoded-check.ts'
import { hexDigits, hexValues } from './encoded-window.ts'
import type { Seen } from './survey.ts'

/** So many characters are looked at. */
const window = 32
/** Less tell nothing. */
const fewest = 8
/** Bytes of so many, each of them in an escape of text that was escaped three times more, and of what begins before them. */
const needed = (8 + 5) * window + 16

const isControl = (byte: number) => byte < 0x20 || (byte >= 0x7f && byte < 0xa0)
/** Control characters that texts have: white space, the escape of terminals, and what is punctuation in Windows-1252 and was taken for Latin-1. */
const inText = new Set(
  Buffer.from('\b\t\n\v\f\r\x1b\x80\x82\x84\x85\x8b\x91\x92\x93\x94\x95\x96\x97\x99\x9b', 'latin1'),
)
const gzip = [0x1f, 0x8b]
/** What the text kernel sees as well. */
const escapes = ['\\u', '\\x']
const hyphen = 0x2d
const quote = 0x22
const lineFeed = 0x0a
/** What follows the end of a string in JSON. */
const behindString = new Set(Buffer.from(',:]} \t\r\n'))
const backslash = 0x5c
const zero = 0x30
const letterU = 0x75
const letterX = 0x78
const caret = 0x5e
/** The first byte of U+0080 to U+00BF. */
const latin1Controls = 0xc2

/**
 * Bytes of which each is written as the character of its number (ISO 8859-1), as JavaScript's `binary`, Java and Python do before they make
 * JSON or a line of a log of what is compressed or encrypted: one in five of them is a control character that no text has. Text whose bytes were
 * taken for characters has some as well, but is valid UTF-8 still.
 */
export function byteCharactersCheck() {
  /** The last bytes of what was written, and how many came before what is written next. */
  let tail: Buffer = none
  let offset = 0
  /** Whether the last bytes are known to have neither an escape nor what is not ASCII. */
  let isPlain = true

  /** What begins before `to` in bytes that begin at `from`. */
  function look(bytes: Buffer, from: number, to: number, seen?: Seen): EncodedProblem | undefined {
    if (to <= 0) return undefined
    const isAscii = seen?.isAscii ?? false
    const hasEscapes = seen?.hasEscape ?? escapes.some((each) => bytes.includes(each))
    if (isAscii && !hasEscapes) return undefined
    // Of the first byte nobody knows what is before it, unless nothing is: it was looked at before.
    const begin = from === 0 ? 0 : 1
    const found = [
      hasEscapes ? firstAt(bytes, 'u00', begin, to, controlAt) : undefined,
      ...(hasEscapes ? ['x'] : zlibBeginnings).map((key) =>
        firstAt(bytes, key, begin, to, (all, at) => controlAt(all, at) ?? zlibAt(all, at)),
      ),
      isAscii ? undefined : firstAt(bytes, latin1Controls, begin, to, controlAt),
    ].filter((each) => each !== undefined)
    const first = found.sort((a, b) => a.offset - b.offset)[0]
    return first && { ...first, offset: from + first.offset }
  }

  return {
    write(bytes: Uint8Array, seen: Seen | undefined): EncodedProblem | undefined {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      const head = chunk.subarray(0, 2 * needed)
      const seam = tail.length === 0 ? head : Buffer.concat([tail, head])
      const isShort = chunk.length <= 2 * needed
      const wasPlain = isPlain && tail.at(-1) !== backslash
      isPlain = seen?.isAscii === true && !seen.hasEscape
      const problem =
        (wasPlain && isPlain ? undefined : look(seam, offset - tail.length, seam.length - needed)) ??
        (isShort ? undefined : look(chunk, offset, chunk.length - needed, seen))
      const last = isShort ? seam : chunk
      // Of what is short a part of the last bytes came before.
      isPlain &&= wasPlain || !isShort
      offset += chunk.length
      tail = Buffer.from(last.subarray(Math.max(0, last.length - needed - 1)))
      return problem
    },
    end: () => (isPlain ? undefined : look(tail, offset - tail.length, tail.length)),
  }
}

const none = Buffer.alloc(0)

/** What is wrong at a place. */
type LookAt = (bytes: Buffer, at: number) => Omit<EncodedProblem, 'offset'> | undefined

/** The first place of `key` from `from` to before `to` that `lookAt` says something of. */
function firstAt(
  bytes: Buffer,
  key: string | number,
  from: number,
  to: number,
  lookAt: LookAt,
): EncodedProblem | undefined {
  for (let at = bytes.indexOf(key, from); at !== -1 && at < to; at = bytes.indexOf(key, at + 1)) {
    const problem = lookAt(bytes, at)
    if (problem !== undefined) return { ...problem, offset: at }
  }
  return undefined
}

/** A control character: as it is in UTF-8, or in an escape of JSON, JavaScript or Python, behind any number of backslashes. */
function controlAt(bytes: Buffer, at: number): ReturnType<LookAt> {
  if (bytes[at] !== latin1Controls && bytes[at - 1] !== backslash) return undefined
  const value = bytes[at] === latin1Controls ? bytes[at + 1]! : byteOf(bytes, at)
  if (value === undefined || !isControl(value) || inText.has(value)) return undefined
  const end = at + (bytes[at] === latin1Controls ? 2 : bytes[at] === letterX ? 3 : 5)
  characters[0] = value
  const count = charactersFrom(bytes, end, at + needed, 1)
  if (count > 1 && gzip.every((byte, index) => characters[index] === byte))
    return { reason: 'unsupported-format', detail: 'expected no gzip in escapes in text' }
  // Of several that are the same the last one says as much.
  if (count > 1 && characters[1] === value) return undefined
  // Of few bytes a text may follow soon.
  if (
    areBytes(characters.subarray(0, count), 0.4) ||
    areBytes(characters.subarray(0, Math.min(count, window / 2)), 0.5)
  )
    return { reason: 'opaque', detail: 'expected text, got bytes that are written as characters' }
  return undefined
}

/** What zlib begins with at any level (RFC 1950, 2.2): an `x` and another character. With `^` there is more to see. */
function zlibAt(bytes: Buffer, at: number): ReturnType<LookAt> {
  const [before, next] = [bytes[at - 1], bytes[at + 1]]
  if (next !== backslash && next !== caret && next !== 0xc2 && next !== 0xc3) return undefined
  if (before !== undefined && (isWord(before) || before === backslash)) return undefined
  const count = charactersFrom(bytes, at + 1, at + needed, 0)
  const isZlib =
    characters[0] === caret
      ? areMostlyOthers(characters.subarray(1, count), 0.4)
      : characters[0] === 0x01 || characters[0] === 0x9c || characters[0] === 0xda
  return count > 0 && isZlib
    ? { reason: 'unsupported-format', detail: 'expected no zlib in escapes in text' }
    : undefined
}

const zlibBeginnings = ['x\u009c', 'x\u00da', 'x^']
const isWord = (byte: number) => /\w/.test(String.fromCharCode(byte))

/** Numbers of characters, of the one place that is looked at now. */
const characters = new Uint8Array(window)

/**
 * Puts behind the first `filled` the characters from a place on, up to `to`, the end of the string or the line, or one beyond U+00FF; returns
 * how many there are then.
 */
function charactersFrom(bytes: Buffer, from: number, to: number, filled: number): number {
  const end = Math.min(to, bytes.length)
  let count = filled
  let at = from
  while (count < window && at < end) {
    const code = bytes[at]!
    if (code === lineFeed || code > 0xc3 || (code === quote && behindString.has(bytes[at + 1] ?? lineFeed))) break
    if (code === backslash) {
      let behind = at + 1
      while (bytes[behind] === backslash && behind < end) behind++
      const sign = bytes[behind] ?? 0
      const byte = byteOf(bytes, behind)
      const short = shorts.get(sign)
      if (byte !== undefined) at = behind + (sign === letterX ? 3 : 5)
      else if (short !== undefined) at = behind + 1
      else if (sign === letterU) break
      // Backslashes alone are one.
      else at = behind
      characters[count++] = byte ?? short ?? backslash
    } else if (code < 0x80) {
      characters[count++] = code
      at += 1
    } else {
      const next = bytes[at + 1] ?? 0
      if (code < 0xc2 || (next & 0xc0) !== 0x80) break
      characters[count++] = ((code & 3) << 6) | (next & 0x3f)
      at += 2
    }
  }
  return count
}

/** The byte of an escape, from behind its backslashes on. */
function byteOf(bytes: Buffer, at: number): number | undefined {
  if (bytes[at] === letterX) return hexAt(bytes, at + 1)
  return bytes[at] === letterU && bytes[at + 1] === zero && bytes[at + 2] === zero ? hexAt(bytes, at + 3) : undefined
}

function hexAt(bytes: Buffer, at: number): number | undefined {
  const [high, low] = [bytes[at] ?? 0, bytes[at + 1] ?? 0]
  return hexDigits[high] === 1 && hexDigits[low] === 1 ? (hexValues[high]! << 4) | hexValues[low]! : undefined
}

/** What is written with a letter behind a backslash, or as itself. */
const shorts: ReadonlyMap<number, number> = new Map(
  Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', 0: '\0', '"': '"', "'": "'", '/': '/' }).map(
    ([sign, meant]) => [sign.charCodeAt(0), meant.charCodeAt(0)],
  ),
)

/** Whether they are bytes that no text has, nor classes of characters in programs. */
export function areBytes(values: Uint8Array, least: number): boolean {
  return areMostlyOthers(values, least) && rangesIn(values) < 2 && !isText(values)
}

const isOther = (byte: number | undefined) => byte !== undefined && (byte >= 0x80 || isControl(byte))

/** When each byte was counted last. */
const counted = new Float64Array(256)
let counts = 0

/** Whether such a share of some are no ASCII of texts, not the same few, and some of them beyond ASCII. */
function areMostlyOthers(values: Uint8Array, least: number): boolean {
  if (values.length < fewest) return false
  counts += 1
  let [others, high, different, controls] = [0, 0, 0, 0]
  for (let at = 0; at < values.length; at++) {
    const byte = values[at]!
    if (!isOther(byte)) continue
    others += 1
    if (byte >= 0x80) high += 1
    if (counted[byte] === counts) continue
    counted[byte] = counts
    different += 1
    if (isControl(byte) && !inText.has(byte)) controls += 1
  }
  return others >= values.length * least && high >= 2 && (different >= 6 || controls >= 3)
}

/** Whether they are bytes of UTF-8, but for characters that are cut at either end. */
function isText(bytes: Uint8Array): boolean {
  let from = 0
  while (from < 3 && (bytes[from]! & 0xc0) === 0x80) from++
  for (let to = bytes.length; to > from && to > bytes.length - 4; to--)
    if (isUtf8(bytes.subarray(from, to))) return true
  return false
}

/** Ranges of a class of characters, as expressions in programs have them (`\x00-\x1f\x7f-\x9f`). */
function rangesIn(values: Uint8Array): number {
  let count = 0
  for (let at = values.indexOf(hyphen); at !== -1; at = values.indexOf(hyphen, at + 1))
    if (isOther(values[at - 1]) && isOther(values[at + 1])) count++
  return count
}
