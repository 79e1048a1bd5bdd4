import { isUtf8 } from 'node:buffer'
import type { EncodedProblem } from './encoded-check.ts'
import type { Seen } from './survey.ts'

/** So many characters are looked at. */
const window = 32
/** Less tell nothing. */
const fewest = 8
/** Bytes of `window` characters, of which each may be escaped with four backslashes, and of a beginning before them. */
const needed = 9 * window + 16

const isControl = (byte: number) => byte < 0x20 || (byte >= 0x7f && byte < 0xa0)
/** Control characters that texts have: white space, the escape of terminals, and what is punctuation in Windows-1252 and was taken for Latin-1. */
const inText = new Set(
  Buffer.from('\b\t\n\v\f\r\x1b\x80\x82\x84\x85\x8b\x91\x92\x93\x94\x95\x96\x97\x99\x9b', 'latin1'),
)
const gzip = [0x1f, 0x8b]
const hyphen = 0x2d
const quote = 0x22
const lineFeed = 0x0a
const backslash = 0x5c
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
  let tail: Buffer = Buffer.alloc(0)
  let offset = 0

  /** What begins before `to` in bytes that begin at `from`. */
  function look(bytes: Buffer, from: number, to: number, isAscii: boolean): EncodedProblem | undefined {
    const hasEscapes = bytes.includes(backslash)
    if (isAscii && !hasEscapes) return undefined
    // Of the first byte nobody knows what is before it, unless nothing is: it was looked at before.
    const begin = from === 0 ? 0 : 1
    const found = [
      hasEscapes ? firstAt(bytes, 'u00', begin, to, controlAt) : undefined,
      ...(hasEscapes ? ['x'] : zlibBeginnings).map((key) =>
        firstAt(bytes, key, begin, to, (text, at) => controlAt(text, at) ?? zlibAt(text, at)),
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
      const problem =
        look(seam, offset - tail.length, seam.length - needed, false) ??
        (isShort ? undefined : look(chunk, offset, chunk.length - needed, seen?.isAscii ?? false))
      const last = isShort ? seam : chunk
      offset += chunk.length
      tail = Buffer.from(last.subarray(Math.max(0, last.length - needed - 1)))
      return problem
    },
    end: () => look(tail, offset - tail.length, tail.length, false),
  }
}

/** What is wrong behind a place in a text, which has one character before it. */
type LookAt = (text: string, at: number) => Omit<EncodedProblem, 'offset'> | undefined

/** The first place of `key` from `from` to before `to` that `lookAt` says something of. */
function firstAt(
  bytes: Buffer,
  key: string | number,
  from: number,
  to: number,
  lookAt: LookAt,
): EncodedProblem | undefined {
  for (let at = bytes.indexOf(key, from); at !== -1 && at < to; at = bytes.indexOf(key, at + 1)) {
    if (!mayBegin(bytes, at)) continue
    const before = Math.max(0, at - 1)
    const problem = lookAt(bytes.toString('latin1', before, at + needed), at - before)
    if (problem !== undefined) return { ...problem, offset: at }
  }
  return undefined
}

/** A quick look at a place of one of the keys. */
function mayBegin(bytes: Buffer, at: number): boolean {
  const next = bytes[at + 1]!
  if (bytes[at] === latin1Controls) return next < 0xa0
  if (bytes[at - 1] === backslash) return true
  return bytes[at] === letterX && (next === backslash || next === caret || next >= 0xc2)
}

/** A control character: as it is in UTF-8, or in an escape of JSON, JavaScript or Python, behind any number of backslashes. */
const control = /(?<=\\)(?:u00|x)([0189][0-9A-Fa-f]|7[Ff])|\xc2([\x80-\x9f])/y

function controlAt(text: string, at: number): ReturnType<LookAt> {
  control.lastIndex = at
  const found = control.exec(text)
  if (found === null) return undefined
  const value = found[1] === undefined ? found[2]!.charCodeAt(0) : Number.parseInt(found[1], 16)
  if (inText.has(value)) return undefined
  const bytes = [value, ...charactersFrom(text, control.lastIndex, window - 1)]
  if (gzip.every((byte, index) => bytes[index] === byte))
    return { reason: 'unsupported-format', detail: 'expected no gzip in escapes in text' }
  if (areBytes(bytes)) return { reason: 'opaque', detail: 'expected text, got bytes that are written as characters' }
  return undefined
}

/** What zlib begins with at any level (RFC 1950, 2.2): an `x` and another character. With `^` there is more to see. */
const zlib = /(?<![\w\\])x(?:\\{1,4}(?:u00|x)(?:01|9[Cc]|[Dd][Aa])|\xc2\x9c|\xc3\x9a|(\^))/y

const zlibBeginnings = ['x\u009c', 'x\u00da', 'x^']

function zlibAt(text: string, at: number): ReturnType<LookAt> {
  zlib.lastIndex = at
  const found = zlib.exec(text)
  if (found === null) return undefined
  if (found[1] !== undefined && !areMostlyOthers(charactersFrom(text, zlib.lastIndex, window))) return undefined
  return { reason: 'unsupported-format', detail: 'expected no zlib in escapes in text' }
}

/** Numbers of at most so many characters from a place on, up to the end of the string or the line, or one beyond U+00FF. */
function charactersFrom(text: string, from: number, most: number): number[] {
  const values: number[] = []
  let at = from
  while (values.length < most && at < text.length) {
    const code = text.charCodeAt(at)
    if (code === lineFeed || code === quote || code > 0xc3) break
    if (code === backslash) {
      let behind = at + 1
      while (behind < at + mostBackslashes && text.charCodeAt(behind) === backslash) behind++
      shortOrByte.lastIndex = behind
      const found = shortOrByte.exec(text)
      if (found === null && text.charCodeAt(behind) === letterU) break
      // A backslash alone is one.
      values.push(found === null ? code : numberOf(found))
      at = found === null ? at + 1 : shortOrByte.lastIndex
    } else if (code < 0x80) {
      values.push(code)
      at += 1
    } else {
      const next = text.charCodeAt(at + 1)
      if (code < 0xc2 || (next & 0xc0) !== 0x80) break
      values.push(((code & 3) << 6) | (next & 0x3f))
      at += 2
    }
  }
  return values
}

const mostBackslashes = 4
const shortOrByte = /(?:u00|x)([0-9A-Fa-f]{2})|([bfnrtv0"'/])/y
const shorts: Readonly<Record<string, number>> = { b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, 0: 0 }
const numberOf = ([, hex, short = '']: RegExpExecArray): number =>
  hex === undefined ? (shorts[short] ?? short.charCodeAt(0)) : Number.parseInt(hex, 16)

/** Whether they are bytes that no text has, nor classes of characters in programs. */
function areBytes(values: readonly number[]): boolean {
  if (!areMostlyOthers(values) || values.filter((byte) => byte >= 0x80).length < 2) return false
  return rangesIn(values) < 2 && !isText(values)
}

const isOther = (byte: number | undefined) => byte !== undefined && (byte >= 0x80 || isControl(byte))

/** Whether two in five of some are no ASCII of texts, and these not the same few. */
function areMostlyOthers(values: readonly number[]): boolean {
  const others = values.filter(isOther)
  if (values.length < fewest || others.length < values.length * 0.4) return false
  const different = new Set(others)
  return different.size >= 6 || [...different].filter((byte) => isControl(byte) && !inText.has(byte)).length >= 3
}

/** Whether they are bytes of UTF-8, but for characters that are cut at either end. */
function isText(values: readonly number[]): boolean {
  const bytes = Uint8Array.from(values)
  let from = 0
  while (from < 3 && (bytes[from]! & 0xc0) === 0x80) from++
  for (let to = bytes.length; to > from && to > bytes.length - 4; to--)
    if (isUtf8(bytes.subarray(from, to))) return true
  return false
}

/** Ranges of a class of characters, as expressions in programs have them (`\x00-\x1f\x7f-\x9f`). */
const rangesIn = (values: readonly number[]): number =>
  values.filter((byte, at) => byte === hyphen && isOther(values[at - 1]) && isOther(values[at + 1])).length
