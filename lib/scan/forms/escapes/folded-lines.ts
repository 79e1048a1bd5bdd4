import { code64 } from '../../finders/alphabets.ts'
import type { FormFinder, FormTools, Region } from '../form.ts'
import { listOf } from '../spots.ts'
import { backslashes } from './backslash-escapes.ts'
import { createTokenDecoder, tokenStart } from './decode-token.ts'
import { nothing, signs, unitOf } from './escape-syntax.ts'

const backslash = 0x5c
const letterN = 0x6e
const letterR = 0x72
const letterT = 0x74
const tab = 0x09
const lineFeed = 0x0a
const space = 0x20
/** As of escapes: a text that was escaped three times has seven. */
const mostBackslashes = 8
/** Writers fold lines at 75 bytes, some a little earlier (RFC 5545, 3.1, and RFC 6350, 3.2). */
const shortestLine = 60
/** Lines that a word is put together from; no identifier has more. */
const mostFolds = 4

/**
 * Words that lines of a calendar or a contact are folded in, as a value of JSON or SQL has them: `\r\n` and a blank stand within an address. What
 * is in one line is found anyway.
 */
export function createUnfolding(tools: FormTools): FormFinder | undefined {
  const { wanted, side, isNested } = tools
  if (!isNested) return undefined
  const decode = createTokenDecoder(backslashes, side)
  const isJoined = (byte: number) => wanted[byte] === 1 || signs[byte] === 1 || code64[byte] === 1

  /** Behind the fold at `at`, or `at`: none is there that a word goes over. */
  function behindFold(bytes: Uint8Array, at: number, to: number): number {
    const count = backslashesAt(bytes, at, to)
    if (count === 0 || count > mostBackslashes || at < shortestLine) return at
    /** Behind a character that is escaped as often. */
    const behind = (letter: number, from: number) =>
      backslashesAt(bytes, from, to) === count && bytes[from + count] === letter ? from + count + 1 : to
    const lineEnd = behind(letterN, behind(letterR, at))
    const isBlank = lineEnd < to && (bytes[lineEnd] === space || bytes[lineEnd] === tab)
    const end = isBlank ? lineEnd + 1 : behind(letterT, lineEnd)
    if (end >= to || !isJoined(bytes[at - 1]!) || !isJoined(bytes[end]!) || bytes[at - 1] === backslash) return at
    return isLongLine(bytes, at, count) ? end : at
  }

  function unfold(region: Region, at: number): void {
    const { bytes, to } = region
    let folds = 0
    const readUnit = (_: Uint8Array, from: number): number => {
      const end = folds < mostFolds ? behindFold(bytes, from, to) : from
      if (end === from) return backslashes.unit(bytes, from, to)
      folds += 1
      return unitOf(end - from, nothing)
    }
    decode(region, tokenStart(bytes, at, 0), readUnit)
  }

  return (region, report) => {
    const { bytes, buffer, to } = region
    const places = listOf(region, backslashes.name)
    const known = buffer.subarray(0, to)
    let looked = 0
    const nextFrom = (from: number): number => {
      if (places === undefined) return known.indexOf('\\r\\', from, 'latin1')
      while (looked < places.length && places[looked]! < from) looked++
      return looked < places.length && places[looked]! < to ? places[looked]! : -1
    }
    side.target(report, backslashes.name)
    for (let at = nextFrom(0); at !== -1; at = nextFrom(at + 1)) {
      // The sign that is named is the first of several; what is searched for begins with the last one.
      let first = at
      while (first > 0 && at - first < mostBackslashes && bytes[first - 1] === backslash) first--
      if (behindFold(bytes, first, to) !== first) unfold(region, first)
    }
    side.flush()
  }
}

function backslashesAt(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  while (at < to && at - from <= mostBackslashes && bytes[at] === backslash) at++
  return at - from
}

/** Whether no line ends shortly before `end`, as it is or escaped as often. */
function isLongLine(bytes: Uint8Array, end: number, count: number): boolean {
  let slashes = 0
  for (let at = end - shortestLine; at < end; at++) {
    const byte = bytes[at]!
    if (byte === lineFeed || (byte === letterN && slashes === count)) return false
    slashes = byte === backslash ? slashes + 1 : 0
  }
  return true
}
