import { latin1 } from '../latin-1.ts'
import type { Gap } from '../unverified.ts'

const formFeed = 0x0c
const lineFeed = 0x0a
const beginning = /^GNU tar-[\w.]+-2\n/
/** Of a directory: whether it is on a network, seconds, nanoseconds, device and number; then its name. Before the first one: when the archive was made. */
const [numbersBefore, numbersOf] = [2, 5]
/** What became of an entry. */
const signs = new Set(Buffer.from('YNDRTX'))

export const isSnapshotHead = (head: Uint8Array): boolean => beginning.test(latin1(head.subarray(0, 64)))

/**
 * What GNU tar keeps of an incremental archive (`--listed-incremental`, format 2): fields that end in a zero byte, of each directory its entries and two more. With a form feed for each zero and for the
 * letter before each entry, which does not belong to its name.
 */
export function tarSnapshot() {
  let offset = 0
  let isInHeader = true
  /** Numbers that come before the next name; -1: entries. */
  let numbers = numbersBefore
  let isFirst = true
  let length = 0
  let isEnding = false
  let problem: Omit<Gap, 'path'> | undefined

  const refuse = (at: number): void => {
    problem ??= { reason: 'not-text', offset: at, detail: 'separated: expected a snapshot of GNU tar' }
  }

  /** A field ends here. */
  function endField(at: number): void {
    if (numbers > 0) {
      if (length === 0) refuse(at)
      numbers--
      if (isFirst && numbers === 0) [isFirst, numbers] = [false, numbersOf]
    } else if (numbers === 0) numbers = -1
    else if (isEnding && length > 0) refuse(at)
    else if (isEnding) [isEnding, numbers] = [false, numbersOf]
    else isEnding = length === 0
    length = 0
  }

  function look(byte: number, at: number): number {
    if (isInHeader) {
      isInHeader = byte !== lineFeed
      return byte
    }
    if (byte === 0) {
      endField(at)
      return formFeed
    }
    const isSign = numbers === -1 && length++ === 0
    if (numbers > 0) {
      length++
      if (byte < 0x30 || byte > 0x39) refuse(at)
    }
    if (isSign && !signs.has(byte)) refuse(at)
    return isSign ? formFeed : byte
  }

  return {
    /** The next bytes, in memory of their own. */
    exchanged(chunk: Uint8Array): Buffer {
      const bytes = Buffer.from(chunk)
      for (let at = 0; at < bytes.length; at++) bytes[at] = look(bytes[at]!, offset + at)
      offset += bytes.length
      return bytes
    },
    end(): void {
      if (length > 0 || isEnding || numbers !== numbersOf) refuse(offset)
    },
    problem: () => problem,
  }
}
