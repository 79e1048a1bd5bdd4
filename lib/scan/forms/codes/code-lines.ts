import { tableOf } from '../../finders/alphabets.ts'
import { noValue } from '../../finders/code-values.ts'
import { isUuid } from '../../finders/written-uuid.ts'
import type { Region } from '../form.ts'
import { behindLineEnd } from '../line-end.ts'
import type { Side } from '../side.ts'
import type { Code } from './code-finder.ts'
import { inText } from './code-text.ts'

/** A line of an encoding that is broken into lines has at least so many characters before its end. */
export const codeLine = 32
const mostIndent = 16

/** A run of a code and the lines that it goes on in, as one: bytes are counted from the first that begins at the phase in force. */
export function createCodeLines({ bits, values }: Pick<Code, 'bits' | 'values'>, side: Side) {
  /** The values of all characters, and of each line which one it begins with, and where that is. */
  let codes = new Uint8Array(0)
  let count = 0
  const lines: { first: number; source: number }[] = []
  let phase = 0
  let known = 0
  let decoded = new Uint8Array(0)

  /** The first of the two characters that byte `index` is in. */
  const characterOf = (index: number) => phase + (bits === 4 ? 2 * index : 4 * Math.floor(index / 3) + (index % 3))

  /** How many bytes are in characters before this one alone. */
  function bytesBefore(character: number): number {
    const characters = character - phase
    return bits === 4 ? characters >> 1 : 3 * (characters >> 2) + Math.max(0, (characters & 3) - 1)
  }

  /** Takes a line, the characters [from, to), all of them of the code. */
  function take(bytes: Uint8Array, from: number, to: number): void {
    lines.push({ first: count, source: from })
    const first = count - from
    for (let at = from; at < to; at++) codes[first + at] = values[bytes[at]!]!
    count += to - from
  }

  function lineOf(character: number): number {
    let [low, high] = [0, lines.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (lines[middle]!.first <= character) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Decodes one byte; -1: the run does not go on. */
  function byteAt(index: number): number {
    if (index < 0 || index >= known) return -1
    const at = characterOf(index)
    const place = index % 3
    const [one, two] = [codes[at]!, codes[at + 1]!]
    decoded[index] = bits === 4 ? (one << 4) | two : (one << (2 + 2 * place)) | (two >> (4 - 2 * place))
    return decoded[index]!
  }

  /** Where the groups of base64 end from a byte on that stand for text alone; they are decoded. */
  function behindGroups(index: number): number {
    const [from, to] = [codes, decoded]
    let end = index
    for (let at = characterOf(index); end + 2 < known; end += 3, at += 4) {
      const [second, third] = [from[at + 1]!, from[at + 2]!]
      const one = (from[at]! << 2) | (second >> 4)
      const two = ((second << 4) | (third >> 2)) & 0xff
      const three = ((third << 6) | from[at + 3]!) & 0xff
      if (inText[one]! + inText[two]! + inText[three]! < 3) break
      to[end] = one
      to[end + 1] = two
      to[end + 2] = three
    }
    return end
  }

  return {
    reserve(capacity: number): void {
      if (codes.length >= capacity) return
      codes = new Uint8Array(capacity)
      decoded = new Uint8Array(capacity)
    },
    /** Begins with the line [from, to), all of it characters of the code. */
    begin(bytes: Uint8Array, from: number, to: number): void {
      count = lines.length = 0
      take(bytes, from, to)
    },
    /** Takes the lines that a run [start, end) goes on in, which was taken; returns where the last one ends. */
    goOn({ bytes, to }: Region, start: number, end: number): number {
      let [line, last] = [start, end]
      while (mayGoOn(bytes, line, last)) {
        const next = nextLine(bytes, last, to)
        if (next === -1 || values[bytes[next]!] === noValue) break
        line = last = next
        while (last < to && values[bytes[last]!] !== noValue) last++
        take(bytes, line, last)
      }
      return last
    },
    get lineCount() {
      return lines.length
    },
    /** Characters of the last line. */
    get lastLine() {
      return count - lines.at(-1)!.first
    },
    /** Which of all characters is at this place of the region, in one of the lines. */
    characterAt(place: number): number {
      let [low, high] = [0, lines.length - 1]
      while (low < high) {
        const middle = (low + high + 1) >>> 1
        if (lines[middle]!.source <= place) low = middle
        else high = middle - 1
      }
      return lines[low]!.first + place - lines[low]!.source
    },
    /** The first byte that is not in the lines before this one alone. */
    firstByteOf: (line: number) => bytesBefore(lines[line]!.first),
    /** Bytes begin at this character from now on, and at whole numbers of bytes behind it; returns how many there are. */
    beginAt(character: number): number {
      phase = character
      known = Math.floor(((count - phase) * bits) / 8)
      return known
    },
    /** Bytes that were decoded, one by one, since they begin at this phase. */
    get bytes(): Uint8Array {
      return decoded
    },
    /** The first of every `step` bytes from one on, a multiple of three, that is text as the two before it are, which make a group; or what is behind the last. */
    textFrom(index: number, step: number): number {
      const from = codes
      const inStep = characterOf(index + step) - characterOf(index)
      let probe = index
      for (let at = characterOf(index - 2); probe < known; probe += step, at += inStep) {
        if (bits === 4) {
          if (inText[(from[at + 4]! << 4) | from[at + 5]!] === 0) continue
          if (inText[(from[at + 2]! << 4) | from[at + 3]!] === 0) continue
          if (inText[(from[at]! << 4) | from[at + 1]!] === 1) return probe
          continue
        }
        const [second, third] = [from[at + 1]!, from[at + 2]!]
        if (inText[((third << 6) | from[at + 3]!) & 0xff] === 0) continue
        if (inText[((second << 4) | (third >> 2)) & 0xff] === 0) continue
        if (inText[(from[at]! << 2) | (second >> 4)] === 1) return probe
      }
      return probe
    },
    /** Where text begins that a byte is in, which is decoded, not before `least`. */
    textBefore(index: number, least: number): number {
      let start = index
      while (start > least && inText[byteAt(start - 1)] === 1) start--
      return start
    },
    /** Where text ends that a byte is in, which is decoded. */
    textBehind(index: number): number {
      let end = index
      while (end < known && inText[byteAt(end)] === 1) if (++end % 3 === 0 && bits === 6) end = behindGroups(end)
      return end
    },
    byteAt,
    /** Puts aside the bytes [start, end), which were decoded, for what has at least so many characters. */
    push(start: number, end: number, least: number): void {
      side.open()
      let line = lineOf(characterOf(start))
      for (let index = start; index < end; line++) {
        const { first, source } = lines[line]!
        const next = lines[line + 1]
        const to = next === undefined ? end : Math.min(end, bytesBefore(next.first))
        const from = source + characterOf(index) - first
        if (to > index) side.decoded(decoded, index, to, from, bits === 4 ? 'hex' : index % 3, least)
        index = Math.max(index, to)
        // One has a character in this line and the other one in the next.
        if (next !== undefined && index < end && characterOf(index) < next.first)
          side.push(decoded[index]!, source + characterOf(index++) - first, next.source + 1, least)
      }
    },
  }
}

/** Whether a text may go on behind the line [start, end) of a code: none does behind a UUID, of which lists have one a line. */
export function mayGoOn(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= codeLine && !isUuid(bytes, start, end)
}

/** What a line may begin with that is quoted or a comment: of mail, shells and configurations, and columns of a comment. */
const indents = tableOf('\t >#*;|%')

/** Where the line begins that follows a line end at `at`, behind its indentation and what it is quoted or a comment with; -1: none ends there. One that is an escape has to have an indentation: without one its token is decoded. */
export function nextLine(bytes: Uint8Array, at: number, to: number): number {
  let next = behindLineEnd(bytes, at, to)
  if (next === at) next = behindEscapedEnd(bytes, at, to)
  if (next === at) return -1
  for (const first = next; next < to && next - first < mostIndent; next++) if (indents[bytes[next]!] === 0) break
  return next < to ? next : -1
}

const backslash = 0x5c
const [letterN, letterR] = [0x6e, 0x72]
/** Of a string within strings. */
const mostBackslashes = 8

/** Behind `\n`, `\r` or both, of a string that may be in others, where a blank follows; `at` where there is none. */
function behindEscapedEnd(bytes: Uint8Array, at: number, to: number): number {
  let next = at
  while (next < to && bytes[next] === backslash) {
    const first = next
    while (next < to && bytes[next] === backslash && next - first < mostBackslashes) next++
    if (bytes[next] !== letterN && bytes[next] !== letterR) return at
    next++
  }
  return next < to && (bytes[next] === 0x20 || bytes[next] === 0x09) ? next : at
}
