import { type Alphabet, code64, digits, handleCharacters, hexDigits } from '../../finders/alphabets.ts'
import { hexValues, noValue } from '../../finders/code-values.ts'
import { soughtShapes } from '../../finders/sought-shapes.ts'
import { alphabetOf } from '../alphabet-of.ts'
import { shortestBase64Of } from '../codes/code-finder.ts'
import type { FormTools, Region } from '../form.ts'
import { inNumbers } from '../numbers/number-signs.ts'
import { createDigits } from '../numbers/plain-digits.ts'
import {
  breakers,
  type EscapeSyntax,
  endsEscape,
  goesOnIn,
  groupSeparators,
  longSeparators,
  noBreakSpace,
  nothing,
  several,
  signs,
} from './escape-syntax.ts'

const plus = 0x2b
const slash = 0x2f
const equals = 0x3d
const percent = 0x25
const ampersand = 0x26
const hash = 0x23
const semicolon = 0x3b
const letterU = 0x75
const atSign = 0x40
const space = 0x20
const zero = 0x30
/** Around the digits of an escape. */
const braces: readonly number[] = [0x7b, 0x7d]
/** What is escaped of a code, and ends its lines. */
const inCodes: readonly number[] = [plus, slash, 0x0a, 0x0d]
/** Of a character in HTML. */
const longestName = 20
/** A line of an encoding that is broken into lines has at least so many characters before its end. */
const codeLine = 32

/** Whether what a unit [at, end) of a syntax stands for could be a part of an identifier or of a form inside of it. */
export type Matters = (code: number, region: Region, at: number, end: number) => boolean

export function createMatters(syntax: EscapeSyntax, tools: FormTools): Matters {
  const { wanted, isNested, index, shortest } = tools
  const sign = syntax.sign.charCodeAt(0)
  const isOfBytes = sign === percent || sign === equals
  const hasDecimals = index.shapes.some(({ shape }) => shape === 'decimal')
  const withoutAtSign = charactersWithoutAtSign(tools)
  const shortestCode = shortestBase64Of(tools)
  const hasAtSign = createAtSigns()
  const goesOn = inNumbers(tools)
  /** What may be before a character of an identifier: another one, or the end of an escape. */
  const mayEnd = wanted.map((isWanted, byte) => isWanted | signs[byte]! | hexDigits[byte]! | endsEscape[byte]!)
  const isNumbers = soughtShapes(index).every(({ shape }) => shape === 'decimal')
  const number = isNumbers ? createDigits(index, index.shapes[0]!.lengths) : undefined

  /** Whether it matters that the unit [at, end) stands for `code`. */
  function matters(code: number, region: Region, at: number, end: number): boolean {
    const { bytes, to } = region
    const before = at > 0 ? bytes[at - 1]! : space
    const after = end < to ? bytes[end]! : space
    if (code === nothing)
      return (
        (isOpen(wanted, before) && isOpen(wanted, after)) ||
        (isNested && isOpen(code64, before) && isOpen(code64, after))
      )
    if (code === several) {
      if (holdsText(region, at, end, before, after)) return true
      if (syntax.isCut!(bytes, at, end)) return false
    }
    if (code < 0x80 && isPart(code, region, end) && (mayEnd[before] === 1 || isLongEnough(region, end, shortest - 1)))
      return true
    if (
      wanted[bytes[end - 1]!] === 1 &&
      syntax.mayGlue(end - at) &&
      (isPart(after, region, end) || mayFollow(after)) &&
      isLongEnough(region, end, shortest)
    )
      return !isOtherNumber(region, end)
    if (hasDecimals && isOpen(digits, before) && isOpen(digits, after) && isSeparator(code, region, at))
      if (mayBeDigits(region, at, end)) return true
    if (!isNested) return false
    // In UTF-16 the next one stands behind a single character.
    if (code === 0) return wanted[after] === 1 && end + 1 < to && bytes[end + 1] === sign
    if (code < 0x80 && signs[code] === 1) return mayBegin(code, region, end)
    if (code === plus && (mayBeUtf7(region, end) || (hasDecimals && mayEnd[before] === 1 && isOpen(digits, after))))
      return true
    if (code === plus || code === slash)
      return isOpen(code64, before) && isOpen(code64, after) && isInCode(region, at, end)
    // Lines of a code, and soft line breaks, may have been written in an escaped text.
    return (code === 0x0a || code === 0x0d) && (before === equals || isCodeLine(bytes, at))
  }

  /**
   * Whether several characters hold three of ASCII in a row, as many as the shortest identifier has, or the first or the last one
   * goes with what is beside them.
   */
  function holdsText(region: Region, at: number, end: number, before: number, after: number): boolean {
    const codes: number[] = []
    syntax.spread!(region.bytes, at, end, (code) => codes.push(code))
    if (codes.some((_, index) => index > 1 && codes.slice(index - 2, index + 1).every(isAscii))) return true
    if (goesWith(codes[0]!, before, region, end) && isLongBefore(region, at, shortest - 2)) return true
    if (syntax.isCut!(region.bytes, at, end)) return false
    const last = codes.at(-1)!
    if (goesWith(last, after, region, end)) return true
    if (!isNested) return false
    if (signs[last] === 1) return mayBegin(last, region, end)
    // Nothing else is in it: of a code such characters are escaped, and line ends in it.
    return codes.length < 3 && codes.some((code) => inCodes.includes(code)) && isOpen(code64, before)
  }

  /** Whether a character and the byte beside it may belong together, in an identifier or a number; an escape is longer. */
  function goesWith(code: number, byte: number, region: Region, end: number): boolean {
    if (!isAscii(code)) return false
    if (isPart(code, region, end) && (mayEnd[byte] === 1 || goesOn[byte] === 1 || byte === sign)) return true
    return hasDecimals && groupSeparators[code] === 1 && (isOpen(digits, byte) || byte === sign)
  }

  function isOpen(table: Alphabet, byte: number): boolean {
    return table[byte] === 1 || signs[byte] === 1
  }

  /**
   * Whether an identifier around the unit before `end` may have this character. What only addresses have matters where an `@` is
   * in the same token: where that is an escape as well, it matters by itself.
   */
  function isPart(byte: number, region: Region, end: number): boolean {
    return withoutAtSign[byte] === 1 || (wanted[byte] === 1 && hasAtSign(region, end))
  }

  /** A reference by number, and base64, have no fixed length: what another escape stands for behind them would be taken for a part. */
  function mayFollow(byte: number): boolean {
    return (sign === ampersand || sign === plus) && signs[byte] === 1
  }

  /** Whether so many characters of an identifier are at `at`, or are not all written plainly. */
  function isLongEnough({ bytes, to }: Region, at: number, least: number): boolean {
    let end = at
    while (end < to && end - at < least && wanted[bytes[end]!] === 1) end++
    if (end - at >= least || end + 1 >= to || bytes[end] === sign || mayFollow(bytes[end]!)) return true
    return (
      goesOn[bytes[end]!] === 1 && (bytes[end]! >= 0x80 || bytes[end + 1] === sign || goesOnIn[bytes[end + 1]!] === 1)
    )
  }

  /** The same for what ends at `at`. */
  function isLongBefore({ bytes }: Region, at: number, least: number): boolean {
    let start = at
    while (start > 0 && at - start < least && wanted[bytes[start - 1]!] === 1) start--
    return at - start >= least || start === 0 || mayEnd[bytes[start - 1]!] === 1 || goesOn[bytes[start - 1]!] === 1
  }

  /** Whether a whole number stands at `at` that is written plainly and is none of the index. */
  function isOtherNumber(region: Region, at: number): boolean {
    if (number === undefined || region.bytes[at] === zero) return false
    const { bytes, to } = region
    let end = at
    while (end < to && digits[bytes[end]!] === 1) end++
    if (end + 1 >= to || bytes[end] === sign || goesOn[bytes[end]!] === 1) return false
    number.clear()
    number.append(bytes, at, end)
    return number.ordinal() === -1
  }

  /** Whether the unit at `at` stands for what separates thousands, and for no byte of a longer character. */
  function isSeparator(code: number, { bytes }: Region, at: number): boolean {
    if (code !== noBreakSpace) return code < 0x80 ? groupSeparators[code] === 1 : longSeparators.includes(code)
    if (!isOfBytes || at < 3 || bytes[at - 3] !== sign) return true
    const high = hexValues[bytes[at - 2]!]!
    return high < 8 || high === noValue
  }

  /** Whether references beside [at, end) may stand for digits: those by name do not. */
  function mayBeDigits({ bytes, to }: Region, at: number, end: number): boolean {
    if (sign !== ampersand) return true
    if (end + 1 < to && bytes[end] === sign && bytes[end + 1] !== hash) return false
    if (at === 0 || bytes[at - 1] !== semicolon) return true
    let first = at - 2
    while (first >= 0 && at - first < longestName + 3 && handleCharacters[bytes[first]!] === 1) first--
    return first < 0 || bytes[first] !== sign
  }

  /** Whether a sign that stands before `end` may begin an escape. */
  function mayBegin(code: number, { bytes, to }: Region, end: number): boolean {
    const after = end < to ? bytes[end]! : space
    if (after === sign) return true
    if (code === percent) return hexDigits[after] === 1 || after === letterU
    if (code === equals)
      return after <= space || (hexDigits[after] === 1 && (hexDigits[bytes[end + 1]!] === 1 || bytes[end + 1] === sign))
    if (code !== ampersand || after === hash) return true
    let at = end
    while (at < to && at - end <= longestName && handleCharacters[bytes[at]!] === 1) at++
    return at < to && (bytes[at] === semicolon || bytes[at] === sign)
  }

  /** Whether a `+` or `/` that is written as [at, end) may be in a run of base64 that is long enough. */
  function isInCode({ bytes, to }: Region, at: number, end: number): boolean {
    const isPercent = sign === percent
    let count = 1
    const isInside = (byte: number) => {
      if (isPercent && byte === percent) count -= 2
      else if (isPercent ? code64[byte] === 0 : !isOpen(code64, byte) && !braces.includes(byte)) return false
      count++
      return true
    }
    for (let next = end; next < to && count < shortestCode && isInside(bytes[next]!); ) next++
    for (let last = at - 1; last >= 0 && count < shortestCode + 2 && isInside(bytes[last]!); ) last--
    return count >= shortestCode
  }

  /** A hyphen follows, or base64, or an escape. */
  function mayBeUtf7({ bytes, to }: Region, end: number): boolean {
    return end < to && (bytes[end] === sign || code64[bytes[end]!] === 1)
  }

  return matters
}

const isAscii = (code: number) => code > 0 && code < 0x80

/** Whether at least a line of an encoding stands right before `end`. */
function isCodeLine(bytes: Uint8Array, end: number): boolean {
  if (end < codeLine) return false
  for (let at = end - codeLine; at < end; at++) if (code64[bytes[at]!] === 0) return false
  return true
}

/** Characters of identifiers that are no addresses, and `@`. */
export function charactersWithoutAtSign({ index }: Pick<FormTools, 'index'>): Alphabet {
  return alphabetOf(soughtShapes(index).filter(({ shape }) => shape !== 'email')).with(atSign, 1)
}

/** Says whether the token that the byte before `end` is in has an `@` that is no escape; each token is looked at once. */
function createAtSigns() {
  let known: Region | undefined
  let [first, last] = [0, 0]
  let found = false
  return (region: Region, end: number): boolean => {
    if (region === known && end > first && end <= last) return found
    const { bytes, to } = region
    known = region
    found = false
    for (first = end - 1; first > 0 && breakers[bytes[first - 1]!] === 0; first--)
      if (bytes[first - 1] === atSign) found = true
    for (last = end; last < to && breakers[bytes[last]!] === 0; last++) if (bytes[last] === atSign) found = true
    return found
  }
}
