import { isAscii } from 'node:buffer'
import { inNumbers } from './escapes/escape-matters.ts'
import { signs } from './escapes/escape-syntax.ts'
import type { Form, FormFinder, FormTools, Region } from './form.ts'
import { listOf } from './spots.ts'

/** What ends so near to where a piece was cut may go on behind it; longer than a character in two escapes. */
const undecidedBytes = 32

/**
 * Finds identifiers behind a character of two or four bytes whose last byte is an ASCII letter, digit or sign, as it may be
 * in Shift_JIS, GBK, Big5 and GB 18030, where it would seem to belong to them.
 */
function createMultibyte(tools: FormTools): FormFinder {
  const { wanted, side, longest, shortest } = tools
  const reach = longest + 512 + undecidedBytes
  const goesOn = inNumbers(tools).map((isIn, byte) => isIn | signs[byte]!)

  function look({ bytes, to }: Region, at: number): void {
    if (bytes[at - 1]! < 0x81 || wanted[bytes[at]!] === 0 || wanted[bytes[at + 1]!] === 0) return
    const from = at + 1
    const most = Math.min(to, from + reach)
    let end = from
    while (end < most && wanted[bytes[end]!] === 1) end++
    if (end < most && goesOn[bytes[end]!] === 1) end = most
    if (end - from < shortest) return
    side.open()
    const decided = end === most && most < to ? most - undecidedBytes : end
    side.copy(bytes, from, decided)
    side.copyUndecided(bytes, decided, end)
  }

  return (region, report) => {
    const { buffer, to } = region
    const places = listOf(region, 'multibyte')
    if (places?.length === 0 || (places === undefined && isAscii(buffer.subarray(0, to)))) return
    side.target(report, multibyte.name)
    if (places === undefined) for (let at = 1; at + 1 < to; at++) look(region, at)
    else for (const at of places) if (at > 0 && at + 1 < to) look(region, at)
    side.flush()
  }
}

export const multibyte: Form = {
  name: 'multibyte',
  summary: 'behind a character whose last byte looks like a letter or digit',
  nests: false,
  finder: createMultibyte,
  // Katakana A of Shift_JIS ends in `A`, and what GB 18030 adds in digits.
  spell: (text, shape) => [
    Buffer.concat([
      Buffer.from(shape === 'decimal' ? [0x81, 0x30, 0x81, 0x31] : [0x83, 0x41]),
      Buffer.from(text, 'latin1'),
    ]),
  ],
}
