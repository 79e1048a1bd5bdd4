import { code64 } from '../../finders/alphabets.ts'
import type { Form, FormFinder, FormTools, Region } from '../form.ts'
import { inNumbers } from '../numbers/number-signs.ts'
import { listOf } from '../spots.ts'
import { createTokenDecoder, tokenStart } from './decode-token.ts'
import { codeOf, type EscapeSyntax, lengthOf, nothing, signs } from './escape-syntax.ts'
import { widthUnit, widthWords } from './unicode-widths.ts'

/** Characters of UTF-8, which have no sign in common. */
const syntax: EscapeSyntax = { name: 'width', sign: '', unit: widthUnit, mayGlue: () => false }

function createWidths(tools: FormTools): FormFinder {
  const { wanted, side, shortest } = tools
  const goesOn = inNumbers(tools)
  const decode = createTokenDecoder(syntax, side)
  const isJoined = (byte: number) => wanted[byte] === 1 || signs[byte] === 1 || code64[byte] === 1

  /** Whether a character may be within or beside characters of an identifier: behind one that has no width there may be more of them. */
  function matters({ bytes, to }: Region, at: number, unit: number): boolean {
    if (codeOf(unit) !== nothing) return widthWords[codeOf(unit)] === 1 && isLong(bytes, at, to)
    const end = at + lengthOf(unit)
    return at > 0 && isJoined(bytes[at - 1]!) && end < to && (bytes[end]! >= 0x80 || isJoined(bytes[end]!))
  }

  /** Whether characters of full width, and plain ones, that are together here may be as many as the shortest identifier has. */
  function isLong(bytes: Uint8Array, at: number, to: number): boolean {
    let count = 0
    const goOn = (byte: number) => {
      count += wanted[byte]!
      return count >= shortest || signs[byte] === 1 || goesOn[byte] === 1
    }
    for (let end = at; ; ) {
      if (end >= to || goOn(bytes[end]!)) return true
      const unit = widthUnit(bytes, end, to)
      if (unit === 0 && wanted[bytes[end]!] === 0) break
      if (unit !== 0) count++
      end += unit === 0 ? 1 : lengthOf(unit)
    }
    for (let start = at; ; ) {
      if (start === 0 || goOn(bytes[start - 1]!)) return true
      const isPlain = wanted[bytes[start - 1]!] === 1
      const before = isPlain ? start - 1 : unitBefore(bytes, start, 0)
      if (before === start) return false
      if (!isPlain) count++
      start = before
    }
  }

  return (region, report) => {
    const { bytes, to } = region
    const places = listOf(region, syntax.name)
    if (places?.length === 0) return
    side.target(report, syntax.name)
    /** No piece begins before this. */
    let done = 0
    const look = (at: number) => {
      const unit = at < done ? 0 : widthUnit(bytes, at, to)
      if (unit !== 0 && matters(region, at, unit)) done = decode(region, startOf(bytes, at, done))
    }
    if (places !== undefined) places.forEach(look)
    else for (let at = 0; at < to; at++) if (bytes[at]! >= 0xc2) look(at)
    side.flush()
  }
}

/** Where the token around `at` begins, over such characters as well. */
function startOf(bytes: Uint8Array, at: number, from: number): number {
  const start = tokenStart(bytes, at, from)
  const before = unitBefore(bytes, start, from)
  return before === start ? start : startOf(bytes, before, from)
}

/** Where such a character begins that ends at `start`, or `start`. */
function unitBefore(bytes: Uint8Array, start: number, from: number): number {
  const length = [2, 3].find(
    (count) => start - count >= from && lengthOf(widthUnit(bytes, start - count, start)) === count,
  )
  return start - (length ?? 0)
}

const wide = (text: string) =>
  Buffer.from(text.replace(/[!-~]/g, (character) => String.fromCodePoint(character.charCodeAt(0) + 0xfee0)))

const inDigits = (text: string, zero: number) =>
  Buffer.from(text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit))))

export const widthForm: Form = {
  name: syntax.name,
  summary:
    'with characters of full width, digits of other scripts (Arabic, Persian, Hindi, Thai and others), or without width in it',
  nests: true,
  finder: createWidths,
  spell: (text) => [
    wide(text),
    Buffer.from(`${text.slice(0, 2)}\u200b${text.slice(2)}`),
    Buffer.from(`${text.slice(0, -1)}\u00ad\u2060${text.slice(-1)}`),
    ...(/^\d+$/.test(text) ? [0x660, 0x966].map((zero) => inDigits(text, zero)) : []),
    ...(text.includes('-') ? [Buffer.from(text.replaceAll('-', '\u2011'))] : []),
  ],
}
