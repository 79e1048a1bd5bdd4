import { type Alphabet, digits, tableOf } from '../alphabets.ts'
import type { FormFinder, FormTools, Region } from './form.ts'
import { listOf } from './spots.ts'

/**
 * A way to write one character as several bytes. `sign` begins it. `unit` reads the one at `at`: `unitOf(length, code)`,
 * or 0 when none stands there. `plusIsSpace`: whether a plain `+` may stand for a space as well. `mayGlue`: whether the end
 * of a unit of so many bytes may be taken for the beginning of an identifier behind it, by who looks for plain ones.
 */
export type EscapeSyntax = {
  readonly name: string
  readonly sign: string
  unit(bytes: Uint8Array, at: number, to: number): number
  mayGlue(length: number): boolean
  readonly plusIsSpace?: boolean
}

/** A code that stands for no character at all, as a soft line break does. */
export const nothing = 0x1fffff

/** A unit as one number: its length in bytes (at most 1,023) and the code of its character. */
export const unitOf = (length: number, code: number): number => length * 0x200000 + code

const codeOf = (unit: number) => unit & 0x1fffff
const lengthOf = (unit: number) => unit >>> 21

/** No identifier reaches over these, nor an escape before one. */
const breakers = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte <= 0x20 && byte !== 0x1b) || byte >= 0x7f ? 1 : 0,
)
for (const character of '"<>(),:') breakers[character.charCodeAt(0)] = 1

/** What escapes of any form begin with, and what names a character in them. */
export const signs = tableOf('%\\&=#;')
export const code64 = tableOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_')
export const groupSeparators = tableOf(",._' ")
const plus = 0x2b
const atSign = 0x40
const space = 0x20
/** A line of an encoding that is broken into lines has at least so many characters before its end. */
const codeLine = 32

/** Finds what escapes of one syntax stand for, where it could be a part of an identifier or of a form inside of it. */
export function createEscapeFinder(syntax: EscapeSyntax, { wanted, isNested, side, index }: FormTools): FormFinder {
  const sign = syntax.sign.charCodeAt(0)
  const stopsAt = breakers.with(sign, 1)
  const stopsAtPlus = stopsAt.with(plus, 1)
  const mayBeSpace = syntax.plusIsSpace === true && wanted[atSign] === 1
  const hasDecimals = index.shapes.some(({ shape }) => shape === 'decimal')

  /** Whether it matters that the unit [at, end) stands for `code`. */
  function matters(code: number, { bytes, to }: Region, at: number, end: number): boolean {
    const before = at > 0 ? bytes[at - 1]! : space
    const after = end < to ? bytes[end]! : space
    if (code === nothing) return isOpen(wanted, before) && isOpen(wanted, after)
    if (code < 0x80 && wanted[code] === 1) return true
    if (wanted[after] === 1 && wanted[bytes[end - 1]!] === 1 && syntax.mayGlue(end - at)) return true
    if (!isNested) return hasDecimals && isBetweenDigits(code, before, after)
    if (code < 0x80 && signs[code] === 1) return true
    if (hasDecimals && isBetweenDigits(code, before, after)) return true
    if (code === 0x2b || code === 0x2f || code === 0x3d) return isOpen(code64, before) && isOpen(code64, after)
    // Lines of a code, and soft line breaks, may have been written in an escaped text.
    return (code === 0x0a || code === 0x0d) && (before === 0x3d || isCodeLine(bytes, at))
  }

  function isOpen(table: Alphabet, byte: number): boolean {
    return table[byte] === 1 || signs[byte] === 1
  }

  function isBetweenDigits(code: number, before: number, after: number): boolean {
    return isOpen(digits, before) && isOpen(digits, after) && (code >= 0x80 || groupSeparators[code] === 1)
  }

  /** Decodes the piece from `from` to the end of its token, which is returned; a plain `+` becomes `plusIs`. */
  function decode({ bytes, to }: Region, from: number, plusIs: number): number {
    const stops = plusIs === plus ? stopsAt : stopsAtPlus
    side.open()
    for (let at = from; ; ) {
      const literal = at
      while (at < to && stops[bytes[at]!] === 0) at++
      const byte = at < to ? bytes[at]! : space
      const unit = byte === sign ? syntax.unit(bytes, at, to) : 0
      if (unit !== 0) {
        side.copy(bytes, literal, at)
        const end = at + lengthOf(unit)
        pushCharacter(codeOf(unit), at, end)
        at = end
      } else if (byte === plus && plusIs !== plus) {
        side.copy(bytes, literal, at)
        side.push(plusIs, at, at + 1)
        at++
      } else if (breakers[byte] === 1) {
        side.copy(bytes, literal, at)
        return at
      } else {
        side.copy(bytes, literal, at + 1)
        at++
      }
    }
  }

  function pushCharacter(code: number, start: number, end: number): void {
    if (code === nothing) return
    if (code < 0x80) {
      side.push(code, start, end)
      return
    }
    // As UTF-8, as far as that matters: separators in numbers are such characters.
    if (code < 0x800) side.push(0xc0 | (code >> 6), start, end)
    else {
      side.push(0xe0 | ((code >> 12) & 0x0f), start, end)
      side.push(0x80 | ((code >> 6) & 0x3f), start, end)
    }
    side.push(0x80 | (code & 0x3f), start, end)
  }

  /** Where the token around `at` begins, not before `from`. */
  function startOf(bytes: Uint8Array, at: number, from: number): number {
    let start = at
    while (start > from && breakers[bytes[start - 1]!] === 0) start--
    return start
  }

  return (region, report) => {
    const { bytes, buffer, to } = region
    const known = buffer.subarray(0, to)
    const places = listOf(region, 'signs')
    /** Of the places, what was looked at. */
    let looked = 0
    const nextFrom = (from: number): number => {
      if (places === undefined) return known.indexOf(sign, from)
      while (looked < places.length && (places[looked]! < from || bytes[places[looked]!] !== sign)) looked++
      return looked < places.length && places[looked]! < to ? places[looked]! : -1
    }
    side.target(report, syntax.name)
    /** No piece begins before this. */
    let done = 0
    for (let at = nextFrom(0); at !== -1; at = nextFrom(at)) {
      const unit = syntax.unit(bytes, at, to)
      const end = at + (unit === 0 ? 1 : lengthOf(unit))
      if (unit === 0 || !matters(codeOf(unit), region, at, end)) {
        at = end
        continue
      }
      const start = startOf(bytes, at, done)
      done = decode(region, start, plus)
      if (mayBeSpace && side.has(atSign) && side.has(plus)) decode(region, start, space)
      at = done
    }
    side.flush()
  }
}

/** Whether at least a line of an encoding stands right before `end`. */
function isCodeLine(bytes: Uint8Array, end: number): boolean {
  if (end < codeLine) return false
  for (let at = end - codeLine; at < end; at++) if (code64[bytes[at]!] === 0) return false
  return true
}
