import { code64 } from '../../finders/alphabets.ts'
import { hexValues } from '../../finders/code-values.ts'
import type { FormFinder, FormTools } from '../form.ts'
import { listOf } from '../spots.ts'

const zero = 0x30
const backslash = 0x5c
const apostrophe = 0x27
const letters = [0x78, 0x58]

/** Shorter ones are colours, and longer ones are looked for in any run. */
const fewestBytes = 4
const mostBytes = 5

/** Whether an identifier may be as short as such a value. */
export const mayBeShortHex = ({ shortest }: Pick<FormTools, 'shortest'>) => shortest <= mostBytes

/**
 * Finds identifiers of four and five characters that are all of a value in hexadecimal digits: `0x…` (MySQL with `--hex-blob`, SQL Server), `\x…` (`bytea` of PostgreSQL) and
 * `X'…'` (SQLite). Without such a mark any number and digest would be one.
 */
export function createShortHex({ side, shortest, wanted }: FormTools, name: string): FormFinder | undefined {
  if (!mayBeShortHex({ shortest })) return undefined
  const bytes = new Uint8Array(mostBytes)

  return (region, report) => {
    const { buffer, to } = region
    const places = listOf(region, 'marked')
    if (places?.length === 0) return
    side.target(report, name)

    const isCode = (at: number) => at >= 0 && at < to && code64[buffer[at]!] === 1

    /** Where the digits begin behind the `x` of a mark; -1: it is none. */
    function digitsBehind(x: number): number {
      const before = x > 0 ? buffer[x - 1] : undefined
      if (before === backslash || (before === zero && !isCode(x - 2))) return x + 1
      return !isCode(x - 1) && x + 1 < to && buffer[x + 1] === apostrophe ? x + 2 : -1
    }

    function look(x: number): void {
      const start = digitsBehind(x)
      if (start === -1) return
      let end = start
      while (end < to && end - start <= 2 * mostBytes && hexValues[buffer[end]!]! < 16) end++
      const count = (end - start) / 2
      if ((count !== fewestBytes && count !== mostBytes) || count < shortest || isCode(end)) return
      if (start === x + 2 && (end === to || buffer[end] !== apostrophe)) return
      for (let at = 0; at < count; at++) {
        bytes[at] = (hexValues[buffer[start + 2 * at]!]! << 4) | hexValues[buffer[start + 2 * at + 1]!]!
        if (wanted[bytes[at]!] === 0) return
      }
      side.open()
      side.decoded(bytes, 0, count, start, 'hex', count)
    }

    if (places !== undefined) {
      for (const place of places) if (place < to && letters.includes(buffer[place]!)) look(place)
    } else {
      // Behind `to` is what was searched before, at times much.
      const known = buffer.subarray(0, to)
      for (const letter of letters)
        for (let x = known.indexOf(letter); x !== -1; x = known.indexOf(letter, x + 1)) look(x)
    }
    side.flush()
  }
}
