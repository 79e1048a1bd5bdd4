import type { FormFinder, FormTools, Region } from '../form.ts'
import { listOf } from '../spots.ts'
import { createMatters } from './escape-matters.ts'
import { breakers, codeOf, type EscapeSyntax, lengthOf, nothing, several } from './escape-syntax.ts'

const plus = 0x2b
const atSign = 0x40
const space = 0x20

/** Finds what escapes of one syntax stand for, where it could be a part of an identifier or of a form inside of it. */
export function createEscapeFinder(syntax: EscapeSyntax, tools: FormTools): FormFinder {
  const { wanted, side } = tools
  const sign = syntax.sign.charCodeAt(0)
  const stopsAt = breakers.with(sign, 1)
  const stopsAtPlus = stopsAt.with(plus, 1)
  const mayBeSpace = syntax.plusIsSpace === true && wanted[atSign] === 1
  const matters = createMatters(syntax, tools)
  const { unit: read, otherwise } = syntax

  /** Decodes the piece from `from` to the end of its token, which is returned; a plain `+` becomes `plusIs`. */
  function decode({ bytes, to }: Region, from: number, plusIs: number, readUnit = read): number {
    const stops = plusIs === plus ? stopsAt : stopsAtPlus
    side.open()
    for (let at = from; ; ) {
      const literal = at
      while (at < to && stops[bytes[at]!] === 0) at++
      const byte = at < to ? bytes[at]! : space
      const unit = byte === sign ? readUnit(bytes, at, to) : 0
      if (unit !== 0) {
        side.copy(bytes, literal, at)
        const end = at + lengthOf(unit)
        if (codeOf(unit) === several) syntax.spread!(bytes, at, end, pushCharacter)
        else pushCharacter(codeOf(unit), at, end)
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
    const places = listOf(region, syntax.name)
    /** Of the places, what was looked at. */
    let looked = 0
    const nextFrom = (from: number): number => {
      if (places === undefined) return known.indexOf(sign, from)
      while (looked < places.length && places[looked]! < from) looked++
      return looked < places.length && places[looked]! < to ? places[looked]! : -1
    }
    if (places?.length === 0) return
    side.target(report, syntax.name)
    /** No piece begins before this. */
    let done = 0
    for (let at = nextFrom(0); at !== -1; at = nextFrom(at)) {
      const unit = read(bytes, at, to)
      const end = at + (unit === 0 ? 1 : lengthOf(unit))
      const other = otherwise?.(bytes, at, to) ?? 0
      if (
        (unit === 0 || !matters(codeOf(unit), region, at, end)) &&
        (other === 0 || !matters(codeOf(other), region, at, at + lengthOf(other)))
      ) {
        at = otherwise ? at + 1 : end
        continue
      }
      const start = startOf(bytes, at, done)
      done = decode(region, start, plus)
      if (otherwise) decode(region, start, plus, otherwise)
      if (mayBeSpace && side.has(atSign) && side.has(plus)) decode(region, start, space)
      at = done
    }
    side.flush()
  }
}
