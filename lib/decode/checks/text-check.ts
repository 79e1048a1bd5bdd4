import { isUtf8 } from 'node:buffer'
import { endOfZeros } from '../zeros.ts'
import { firstControlByte } from './control-bytes.ts'
import { type Seen, surveyed } from './survey.ts'
import { ofFields, zeroBlocks } from './zero-blocks.ts'

type TextProblem = { reason: 'invalid-utf8' | 'not-text'; offset: number; detail: string }

/**
 * Whether a content is text: valid UTF-8 as a whole, without control bytes other than those that occur in text, and those that are all of a text
 * in quotes, or a bit as all of a field between tabs: MySQL's `BIT` in dumps (`_binary '^A'`), as Hibernate keeps what is true; a zero has an escape there. No length or type of a binary record stands so.
 */
export type TextCheck = {
  /** Looks at the next bytes, until the first problem is found. */
  write(bytes: Uint8Array): void
  /** The same for bytes of which there may be a survey. */
  writeSeen(bytes: Uint8Array, seen: Seen | undefined): void
  /** The first problem of what was written so far. */
  problem(): TextProblem | undefined
  /** The content ends here. */
  end(): void
}

/** Before the number of a colour in chats (`^C04bob`, `^DFF0000bob`), which no word is told from: these are never strays. */
const colours = [3, 4]

/** So many bytes are around a control byte that somebody typed or pasted: lengths and types of binary records stand closer together, also to what a file begins and ends with. */
const apart = 4096

const nothing: Uint8Array = new Uint8Array(0)
const none: ReadonlySet<number> = new Set()
const endings = new Map([0x22, 0x27].map((quote) => [quote, new Set([quote])]))
/** What may be right behind a control byte behind this one, if it is all of a value. */
function endsBehind(before: number, control: number): ReadonlySet<number> {
  if (control <= 1 && ofFields.has(before)) return ofFields
  return (control > 0 && endings.get(before)) || none
}

/** `strays`: single control bytes but zero and those of colours, far from each other and from both ends, are of a text, and with `skipsZeros` blocks of zeros. */
export function textCheck({ strays = false, skipsZeros = false } = {}): TextCheck & {
  /** Whether what is before the problem has blocks of zeros, or a single control byte that is not far from it: then it is none of a text in another encoding. */
  isOnlyUtf8(): boolean
} {
  let offset = 0
  /** Behind the last control byte of these, and where that is; -1: there was none. */
  let since = 0
  let stray = -1
  let problem: TextProblem | undefined
  /** The beginning of a character that the last chunk cut. */
  let cut = nothing
  /** The last byte of the last chunk, and what may follow it where it is a control byte. */
  let last = -1
  let awaited = none
  const zeros = zeroBlocks()

  /** Zeros end before `next`: see `zeroBlocks`. A block is an end of the text to single control bytes, since what is filled up with zeros has types and lengths that far apart. */
  function endZeros(to: number, next: number): number {
    const refused = zeros.end(to, next)
    const block = zeros.last()
    if (refused >= 0 || block?.to !== to) return refused
    if (stray >= 0 && block.from - since < apart) return block.from
    stray = -1
    since = to
    return -1
  }

  /** Whether a control byte at a place of the content is none of a text's. */
  function isForeign(control: number, at: number): boolean {
    if (!strays || control === 0 || colours.includes(control) || at - since < apart) return true
    stray = at
    since = at + 1
    return false
  }

  /**
   * Where in the content the first control byte is that is neither all of a text in quotes nor a stray one nor of a block of zeros; -1: there is none. The last byte may be one, for all that
   * is known.
   */
  function firstForeign(bytes: Uint8Array, seen: Seen | undefined): number {
    let control = seen?.control ?? firstControlByte(bytes)
    let textFrom = 0
    while (control >= 0) {
      const before = control === 0 ? last : bytes[control - 1]!
      let next = control + 1
      if (skipsZeros && bytes[control] === 0) {
        zeros.passed(bytes.subarray(textFrom, control))
        zeros.begin(offset + control, before)
        next = endOfZeros(bytes, control)
        textFrom = next
        const refused = next < bytes.length ? endZeros(offset + next, bytes[next]!) : -1
        if (refused >= 0) return refused
      } else {
        const ends = endsBehind(before, bytes[control]!)
        const isWhole = next < bytes.length ? ends.has(bytes[next]!) : ends.size > 0
        if (!isWhole && isForeign(bytes[control]!, offset + control)) return offset + control
        if (isWhole && next === bytes.length) awaited = ends
      }
      const more = firstControlByte(bytes.subarray(next))
      control = more < 0 ? more : next + more
    }
    if (skipsZeros) zeros.passed(bytes.subarray(textFrom))
    return control
  }

  const foreign = (at: number): TextProblem => ({
    reason: 'not-text',
    offset: at,
    detail: 'expected no control bytes in text',
  })

  const invalid = (at: number): TextProblem => ({
    reason: 'invalid-utf8',
    offset: at,
    detail: 'expected valid UTF-8',
  })

  /** Of a control byte at the end that is not all of a text in quotes; a character that it is in began before. */
  function unended(): TextProblem | undefined {
    if (cut.length > 0) return invalid(offset - cut.length)
    return isForeign(last, offset - 1) ? foreign(strayOr(offset - 1)) : undefined
  }

  /** A stray one that another is too close to is the first of both. */
  const strayOr = (at: number) => (stray >= 0 && at - since < apart ? stray : at)

  /** The first problem in the next bytes. */
  function look(bytes: Uint8Array, seen: Seen | undefined): TextProblem | undefined {
    const problemBefore = awaited.size > 0 && !awaited.has(bytes[0]!) ? unended() : undefined
    if (problemBefore !== undefined) return problemBefore
    awaited = none
    const refused = zeros.begun() && bytes[0] !== 0 ? endZeros(offset, bytes[0]!) : -1
    const at = refused >= 0 ? refused : firstForeign(bytes, seen)
    if (at >= 0 && at < offset) return foreign(strayOr(at))
    const isAscii = seen?.isAscii ?? false
    const text = at < 0 ? bytes : bytes.subarray(0, at - offset)
    let from = 0
    if (cut.length > 0) {
      const wanted = sequenceLength(cut[0]!) - cut.length
      const character = Buffer.concat([cut, text.subarray(0, wanted)])
      from = Math.min(wanted, text.length)
      if (from === wanted && !isUtf8(character)) return invalid(offset - cut.length)
      if (from < wanted && at >= 0) return invalid(offset - cut.length)
      cut = from === wanted ? character.subarray(0, 0) : character
    }
    const whole = at < 0 ? lastBoundary(text, from) : text.length
    const complete = text.subarray(from, whole)
    if (!isAscii && !isUtf8(complete)) return invalid(offset + from + firstInvalid(complete))
    if (whole < text.length) cut = Buffer.from(text.subarray(whole))
    return at < 0 ? undefined : foreign(strayOr(at))
  }

  function writeSeen(bytes: Uint8Array, seen: Seen | undefined): void {
    if (problem !== undefined || bytes.length === 0) return
    problem = look(bytes, seen)
    offset += bytes.length
    last = bytes.at(-1)!
  }

  return {
    write(bytes) {
      if (problem === undefined) surveyed(bytes, writeSeen)
    },
    writeSeen,
    problem: () => problem,
    end() {
      if (problem !== undefined) return
      if (awaited.size > 0) problem = unended()
      else if (cut.length > 0) problem = invalid(offset - cut.length)
      if (problem !== undefined) return
      const zerosAt = zeros.begun() ? endZeros(offset, -1) : zeros.endAll(offset)
      if (zerosAt >= 0) problem = foreign(strayOr(zerosAt))
      else if (stray >= 0 && offset - since < apart) problem = foreign(stray)
    },
    isOnlyUtf8: () =>
      zeros.last() !== undefined || (problem !== undefined && strayOr(problem.offset) !== problem.offset),
  }
}

/** How many bytes a character has that begins with this byte; 1 for bytes that cannot begin one. */
function sequenceLength(lead: number): number {
  if (lead >= 0xf0 && lead <= 0xf4) return 4
  if (lead >= 0xe0 && lead <= 0xef) return 3
  return lead >= 0xc2 && lead <= 0xdf ? 2 : 1
}

/** Where the last character that ends within `bytes` ends; a character that may go on in the next chunk is left out. */
function lastBoundary(bytes: Uint8Array, from: number): number {
  for (let at = bytes.length - 1; at >= from && at >= bytes.length - 3; at--) {
    const byte = bytes[at]!
    if ((byte & 0xc0) === 0x80) continue
    return at + sequenceLength(byte) > bytes.length ? at : bytes.length
  }
  return bytes.length
}

/** Where the first character begins that is not valid, in bytes that are known to hold one. */
function firstInvalid(bytes: Uint8Array): number {
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at]!)
    if (bytes[at]! >= 0x80 && (at + length > bytes.length || !isUtf8(bytes.subarray(at, at + length)))) return at
    at += length
  }
  return at
}
