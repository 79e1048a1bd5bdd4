import type { Region } from '../form.ts'
import type { Side } from '../side.ts'
import { breakers, codeOf, type EscapeSyntax, lengthOf, nothing, several } from './escape-syntax.ts'

const space = 0x20

/** Decodes from a place to the end of its token, which it returns, as a piece of the side. `readUnit`: unless as the syntax has it. */
type DecodeToken = (region: Region, from: number, readUnit?: EscapeSyntax['unit']) => number

export function createTokenDecoder(syntax: EscapeSyntax, side: Side): DecodeToken {
  // A syntax without a sign reads what breaks other tokens.
  const sign = syntax.sign === '' ? -1 : syntax.sign.charCodeAt(0)
  const stops = sign === -1 ? breakers : breakers.with(sign, 1)

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

  return ({ bytes, to }, from, readUnit = syntax.unit) => {
    side.open()
    for (let at = from; ; ) {
      const literal = at
      while (at < to && stops[bytes[at]!] === 0) at++
      const byte = at < to ? bytes[at]! : space
      const unit = byte === sign || (sign === -1 && at < to) ? readUnit(bytes, at, to) : 0
      if (unit !== 0) {
        side.copy(bytes, literal, at)
        const end = at + lengthOf(unit)
        if (codeOf(unit) === several) syntax.spread!(bytes, at, end, pushCharacter)
        else pushCharacter(codeOf(unit), at, end)
        at = end
      } else if (breakers[byte] === 1) {
        side.copy(bytes, literal, at)
        return at
      } else {
        side.copy(bytes, literal, at + 1)
        at++
      }
    }
  }
}

/** Where the token around `at` begins, not before `from`. */
export function tokenStart(bytes: Uint8Array, at: number, from: number): number {
  let start = at
  while (start > from && breakers[bytes[start - 1]!] === 0) start--
  return start
}
