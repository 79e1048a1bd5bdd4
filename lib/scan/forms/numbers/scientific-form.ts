import { alphanumeric, code64, digits, tableOf } from '../../finders/alphabets.ts'
import type { Form, FormFinder, FormTools, Region } from '../form.ts'
import { inexactFrom, lossyNumber } from './lossy-number.ts'
import { behindEscapes, createNumberFinder, lengthsOf, numberGlue, spellDecimal } from './number-finder.ts'
import { createDigits } from './plain-digits.ts'

const zero = 0x30
const point = 0x2e
const comma = 0x2c
const plus = 0x2b
/** Pads base64 at its end (RFC 4648, section 4). */
const equals = 0x3d
const letterE = 0x65
const at = 0x40
/** Zeros at a number's end that scientific notation may leave out, whatever it looks like; more only where nothing else looks so. */
export const mostOmitted = 4
/** Spreadsheets write numbers from so many digits on in scientific notation, with six of them. */
const roundedFrom = 12

/** Whether a number of so many digits may be written with fewer than all but `mostOmitted` of them. */
export const mayLackDigits = (length: number): boolean => length > mostOmitted + 1

/** What stands before the exponent. */
const mantissaAlphabet = tableOf('0123456789.,')

/** 1.234567e+6, or 1,234567E+06 in most of Europe: all digits but a few zeros at the end are written, and what follows the point is no more than that. */
function createScientific(tools: FormTools): FormFinder | undefined {
  const lengths = lengthsOf(tools)
  if (lengths === undefined) return undefined
  const number = createDigits(tools.index, lengths)
  const shortest = lengths.some(mayLackDigits) ? 1 : Math.max(1, Math.min(...lengths) - mostOmitted)
  const skipDigits = ({ bytes, to }: Region, from: number) => {
    let at = from
    while (at < to && digits[bytes[at]!] === 1) at++
    return at
  }

  return createNumberFinder(
    'scientific',
    mantissaAlphabet,
    shortest,
    behindEscapes((region, start, end, report) => {
      const { bytes, to } = region
      const isPoint = end < to && bytes[end] === point
      const hasPoint = isPoint || (end < to && bytes[end] === comma)
      let fractionEnd = hasPoint ? skipDigits(region, end + 1) : end
      const fractionStart = hasPoint ? end + 1 : end
      const sign = fractionEnd
      if (sign >= to || (bytes[sign]! | 0x20) !== letterE) return
      const isBehindPoint = start > 1 && bytes[start - 1] === point && digits[bytes[start - 2]!] === 1
      if (isBehindPoint && !numberGlue.ends(bytes, start - 1)) return
      const exponentStart = bytes[sign + 1] === plus && sign + 1 < to ? sign + 2 : sign + 1
      const exponentEnd = skipDigits(region, exponentStart)
      if (exponentEnd === exponentStart || exponentEnd - exponentStart > 3) return
      let exponent = 0
      for (let at = exponentStart; at < exponentEnd; at++) exponent = exponent * 10 + bytes[at]! - zero
      while (fractionEnd - fractionStart > exponent && bytes[fractionEnd - 1] === zero) fractionEnd--
      const omitted = exponent - (fractionEnd - fractionStart)
      const hasFraction = sign > fractionStart
      const isSigned = bytes[sign + 1] === plus
      let first = start
      while (first < end && bytes[first] === zero) first++
      let zerosBehind = 0
      while (first === end && fractionStart + zerosBehind < sign && bytes[fractionStart + zerosBehind] === zero)
        zerosBehind++
      // 0.123E+19 of Fortran has as many digits as 1.23E+18.
      const length = end - first + exponent - zerosBehind
      const isWritten =
        exponent >= 10 &&
        (isSigned || (isPoint && hasFraction && (end - first <= 1 || !isOfName(region, start, exponentEnd))))
      const mayBeOne = lengths.includes(length) && length >= (omitted > 0 ? roundedFrom : inexactFrom)
      if (isWritten && mayBeOne && !isOfCode(region, start, exponentEnd, hasFraction))
        report(lossyNumber, start, exponentEnd, 'scientific')
      // R, C and Prometheus write 1.2e+07, doubles of Java 1.2E7; groups of a UUID look like 45e7.
      const isNumber = isSigned ? exponentEnd - exponentStart > 1 : isPoint && hasFraction && end - first === 1
      if (omitted < 0 || (omitted > mostOmitted && !isNumber)) return
      number.clear()
      number.append(bytes, start, end)
      number.append(bytes, fractionStart, fractionEnd)
      number.appendZeros(omitted)
      number.strip()
      const ordinal = number.ordinal()
      if (ordinal !== -1) report(ordinal, start, exponentEnd, 'scientific')
    }, numberGlue),
    ({ bytes, to }, _start, end) => end < to && (bytes[end]! | 0x20) === letterE,
  )
}

/** More characters than are written around a number with nothing in between. */
const codeBeside = 16

/**
 * Whether `9E+15` is characters of base64, of which 40 MB have one by chance, or `9.1E18` where a part of a JWT ends: much of a code stands on both sides, or on
 * one with a letter on either. Where no digit is behind its point, which of a rounded number is one alone, a letter or sign right behind it is enough.
 */
function isOfCode({ bytes, to }: Region, start: number, end: number, hasFraction: boolean): boolean {
  const isCode = (at: number) => at >= 0 && at < to && code64[bytes[at]!] === 1
  const isLetter = (at: number) => isCode(at) && alphanumeric[bytes[at]!] === 1
  let [before, behind] = [0, 0]
  while (before < codeBeside && isCode(start - 1 - before)) before++
  while (behind < codeBeside && isCode(end + behind)) behind++
  const isBetweenLetters = isLetter(start - 1) && isLetter(end)
  const sidesOfCode = Number(before === codeBeside) + Number(behind === codeBeside)
  if (sidesOfCode === 2 || (sidesOfCode === 1 && isBetweenLetters)) return true
  const isPadded = end < to && bytes[end] === equals
  return !hasFraction && ((before > 0 && (behind > 0 || isPadded)) || isLetter(end))
}

/**
 * Whether `467.12345e16` is of a name, as that of one file in some ten thousand of web sites is (`467.12345e16.chunk.js`), or of an address. Asked of more digits
 * before the point than one: what writes no sign before an exponent (Java, MySQL, ClickHouse, Rust) writes one there.
 */
function isOfName({ bytes, to }: Region, start: number, exponentEnd: number): boolean {
  if (start > 0 && code64[bytes[start - 1]!] === 1) return true
  if (exponentEnd >= to) return false
  const behind = bytes[exponentEnd]!
  if (behind === point) return exponentEnd + 1 < to && isLetter(bytes[exponentEnd + 1]!)
  return behind === at || isLetter(behind)
}

const isLetter = (byte: number) => alphanumeric[byte] === 1 && digits[byte] === 0

export const scientific: Form = {
  name: 'scientific',
  summary: 'in scientific notation with all digits',
  nests: true,
  finder: createScientific,
  // A number that begins with zeros has no such form.
  spell: spellDecimal((text) => {
    if (text.startsWith('0')) return []
    const exponent = text.length - 1
    return [`${text[0]}.${text.slice(1)}e+${exponent}`, `${text[0]}.${text.slice(1)}E${exponent}`]
  }),
}
