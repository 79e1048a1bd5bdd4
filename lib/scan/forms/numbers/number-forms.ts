import { alphanumeric, code64, digits, tableOf } from '../../finders/alphabets.ts'
import { mayGlueDigits } from '../../finders/escapes.ts'
import { createProbe } from '../../finders/probe.ts'
import type { Form, FormFinder, FormTools, Region, Report } from '../form.ts'
import { separatorLengthAt } from './group-separators.ts'
import { behindEscapes, createNumberFinder, lengthsOf, numberGlue } from './number-finder.ts'
import { createDigits, viewOf } from './plain-digits.ts'

const zero = 0x30
const point = 0x2e
const comma = 0x2c
const plus = 0x2b
/** Pads base64 at its end (RFC 4648, section 4). */
const equals = 0x3d
const letterE = 0x65
const at = 0x40
/** Zeros on the left that are looked at: a number behind more of them is padded, whatever is before. */
const mostZeros = 64
/** Zeros at a number's end that scientific notation may leave out, whatever it looks like; more only where nothing else looks so. */
export const mostOmitted = 4

/** Reported instead of an entry: a number that may have been one of the index's, had its digits not been rounded away. */
export const lossyNumber = -2
/** Spreadsheets write numbers from so many digits on in scientific notation, with six of them. */
const roundedFrom = 12
/** From so many digits on a double does not hold all whole numbers, and what is written of one may be another. */
export const inexactFrom = 16

/** Whether a number of so many digits may be written with fewer than all but `mostOmitted` of them. */
export const mayLackDigits = (length: number): boolean => length > mostOmitted + 1

function createPadded(tools: FormTools): FormFinder | undefined {
  const lengths = lengthsOf(tools)
  if (lengths === undefined) return undefined
  const shortest = Math.min(...lengths)
  let block: Region | undefined
  let probe = (_start: number, _end: number) => -1

  return createNumberFinder(
    'padded',
    digits,
    shortest + 1,
    behindEscapes((region, start, end, report) => {
      const { bytes } = region
      if (bytes[start] !== zero) return
      if (block?.bytes !== bytes) {
        block = region
        probe = createProbe(tools.index, 'decimal', { bytes, view: viewOf(bytes) })
      }
      for (const length of lengths) {
        const from = end - length
        if (from <= start || !isPadding(bytes, start, from)) continue
        const ordinal = probe(from, end)
        if (ordinal !== -1) report(ordinal, from, end, 'padded')
      }
    }),
    ({ bytes }, start) => bytes[start] === zero || (start > 0 && mayGlueDigits[bytes[start - 1]!] === 1),
  )
}

/** Whether nothing but zeros stands from `start` to `end`, as far as that is looked at. */
function isPadding(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = Math.max(start, end - mostZeros); at < end; at++) if (bytes[at] !== zero) return false
  return true
}

export const groupDigits = 3
/** Digits and bytes of separators. */
export const groupAlphabet = tableOf("0123456789,._' ")
for (const byte of [0xa0, 0xc2, 0xe2, 0x80, 0xaf, 0x89, 0x99]) groupAlphabet[byte] = 1

/** Of digits before a group in India but the last one. */
const pairDigits = 2

/** 1,234,567: the same separator before every three digits, and none of it with a digit at either end; 12,34,567 of India. */
function createGrouped(tools: FormTools): FormFinder | undefined {
  const lengths = lengthsOf(tools)?.filter((length) => length > groupDigits)
  if (lengths === undefined || lengths.length === 0) return undefined
  const shortest = Math.min(...lengths.map((length) => length + Math.floor((length - 1) / groupDigits)))
  const longest = Math.max(...lengths)
  const number = createDigits(tools.index, lengths)

  const isDigit = ({ bytes, to }: Region, at: number) => at >= 0 && at < to && digits[bytes[at]!] === 1

  const isSame = ({ bytes, to }: Region, at: number, other: number, length: number) => {
    if (at < 0 || at + length > to) return false
    for (let i = 0; i < length; i++) if (bytes[at + i] !== bytes[other + i]) return false
    return true
  }

  /** Of lakhs and crores: pairs between commas, and three digits at the end. */
  function lookAtPairs(region: Region, start: number, end: number, report: Report): void {
    const { bytes } = region
    number.clear()
    number.append(bytes, start, end)
    let at = end
    for (let count = end - start; count <= longest; count += pairDigits) {
      const from = at + 1
      if (bytes[at] !== comma || !isDigit(region, from) || !isDigit(region, from + 1)) return
      const isLast = isDigit(region, from + pairDigits)
      if (isLast && (at === end || isDigit(region, from + groupDigits))) return
      at = from + (isLast ? groupDigits : pairDigits)
      number.append(bytes, from, at)
      if (!isLast) continue
      if (at < region.to && bytes[at] === comma && isDigit(region, at + 1)) return
      const ordinal = number.ordinal()
      if (ordinal !== -1) report(ordinal, start, at, 'grouped')
      return
    }
  }

  return createNumberFinder(
    'grouped',
    groupAlphabet,
    shortest,
    behindEscapes((region, start, end, report) => {
      const { bytes, to } = region
      if (end - start > groupDigits) return
      const sign = separatorLengthAt(bytes, end, to)
      if (sign === 0 || !isDigit(region, end + sign)) return
      const before = start - sign
      if (isSame(region, before, end, sign) && isDigit(region, before - 1)) return
      if (bytes[end] === comma && end - start <= pairDigits) lookAtPairs(region, start, end, report)
      number.clear()
      number.append(bytes, start, end)
      let at = end
      for (let count = end - start; count <= longest && isSame(region, at, end, sign); count += groupDigits) {
        const from = at + sign
        if (!isDigit(region, from)) break
        if (!isDigit(region, from + 1) || !isDigit(region, from + 2) || isDigit(region, from + groupDigits)) return
        number.append(bytes, from, from + groupDigits)
        at = from + groupDigits
      }
      if (isSame(region, at, end, sign) && isDigit(region, at + sign)) return
      const ordinal = number.ordinal()
      if (ordinal !== -1) report(ordinal, start, at, 'grouped')
    }, numberGlue),
  )
}

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

const grouped = (text: string, separator: string) => text.replace(/(?<=[0-9])(?=(?:[0-9]{3})+$)/g, separator)
const decimal =
  (spell: (text: string) => string[]): Form['spell'] =>
  (text, shape) =>
    shape === 'decimal' ? spell(text).map((each) => Buffer.from(each)) : []

/** As in India; a number of five digits is the same there. */
const inPairs = (text: string) => (text.length > 5 ? [text.replace(/(?<=\d)(?=(?:\d\d)*\d{3}$)/g, ',')] : [])

export const numberForms: readonly Form[] = [
  {
    name: 'padded',
    summary: 'padded with zeros on the left',
    nests: true,
    finder: createPadded,
    spell: decimal((text) => [`0${text}`, text.padStart(Math.max(40, text.length + 2), '0')]),
  },
  {
    name: 'grouped',
    summary: 'with separators between thousands, also lakhs of India',
    nests: true,
    finder: createGrouped,
    spell: decimal((text) =>
      text.length > groupDigits
        ? [...[',', '.', ' ', '_', "'", '\u00a0', '\u202f'].map((sign) => grouped(text, sign)), ...inPairs(text)]
        : [],
    ),
  },
  {
    name: 'scientific',
    summary: 'in scientific notation with all digits',
    nests: true,
    finder: createScientific,
    // A number that begins with zeros has no such form.
    spell: decimal((text) => {
      if (text.startsWith('0')) return []
      const exponent = text.length - 1
      return [`${text[0]}.${text.slice(1)}e+${exponent}`, `${text[0]}.${text.slice(1)}E${exponent}`]
    }),
  },
]
