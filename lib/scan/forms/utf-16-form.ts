import type { Form, FormFinder, FormTools } from './form.ts'
import { listOf } from './spots.ts'

/**
 * Finds text in UTF-16 of either byte order, at even and odd places: bytes that are ASCII, with a zero byte between each and
 * the next. Which of the two orders it is cannot be told from the text alone; the zero byte before or behind it does. Where an
 * identifier is found, its first byte that is not zero counts.
 */
function createUtf16(tools: FormTools): FormFinder {
  const { side, shortest } = tools
  const least = Math.max(3, shortest - 2)
  let characters = new Uint8Array(0)
  const isAscii = (byte: number) => byte !== 0 && byte < 0x80

  return (region, report) => {
    if (listOf(region, 'utf-16')?.length === 0) return
    const { bytes, buffer, to } = region
    const known = buffer.subarray(0, to)
    side.target(report, 'utf-16')

    function push(from: number, count: number): void {
      if (count < least) return
      if (count > characters.length) characters = new Uint8Array(2 * count)
      for (let i = 0; i < count; i++) characters[i] = bytes[from + 2 * i]!
      side.open()
      side.decoded(characters, 0, count, from, 'utf-16')
    }

    for (let at = known.indexOf(0); at !== -1; ) {
      const first = at - 1
      if (first < 0 || !isAscii(bytes[first]!) || at + 1 >= to || !isAscii(bytes[at + 1]!)) {
        at = nextZero(at)
        continue
      }
      let last = at + 1
      while (last + 2 < to && bytes[last + 1] === 0 && isAscii(bytes[last + 2]!)) last += 2
      const count = (last - first) / 2 + 1
      const isBig = first > 0 && bytes[first - 1] === 0
      const isLittle = last + 1 < to && bytes[last + 1] === 0
      if (isBig || isLittle) push(first, count)
      else {
        // The last is the low byte of a longer character in one order, the first one in the other.
        push(first, count - 1)
        push(first + 2, count - 1)
      }
      at = nextZero(last)
    }
    side.flush()

    /** The next zero byte behind `at`; a block of zeros is passed byte by byte. */
    function nextZero(at: number): number {
      return at + 1 < to && bytes[at + 1] === 0 ? at + 1 : known.indexOf(0, at + 1)
    }
  }
}

export const utf16Form: Form = {
  name: 'utf-16',
  summary: 'in UTF-16 of either byte order',
  nests: true,
  finder: createUtf16,
  spell: (text) => {
    const little = Buffer.from(` ${text} `, 'utf16le')
    return [little, Buffer.from(little).swap16()]
  },
}
