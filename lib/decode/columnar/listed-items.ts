import { isText } from '../checks/byte-lists.ts'
import { growingBytes } from '../growing-bytes.ts'
import { appendByte, cellsOfBytes, fewest, isCharacter } from '../listed-bytes.ts'
import type { WholeNumbers } from '../whole-numbers.ts'
import type { Lines, Out, TextContent } from './text-content.ts'

/** Lists that wait to be written have so many characters, and as many items of one are put together at once. */
const mostWaiting = 2 ** 16
/** Characters of UTF-8 have no more bytes, and bytes with a sign no more characters. */
const longestItem = 4
/** Identifiers have no character below it, and what is compressed has some between it and 0x80: other lists are no text. */
const leastCharacter = 0x30
const lineFeed = 10

/** An item that is no byte and no single character: behind all characters. */
export const other = 0x110000

/** Of what lists are: numbers, which may be bytes, or texts, which may be one character each. */
export type ItemKind = 'numbers' | 'text'

/** Lists put together of their items. */
export type ListedItems = {
  /** Takes the next item (see `watchItems`), which may be the first one of its list. */
  take(item: number, isFirst: boolean): void
  /** Whether enough waits for `flush`. */
  isFull(): boolean
  flush(): Promise<void>
  end(): Promise<void>
  abandon(): Promise<void>
}

/**
 * Writes lists that are the bytes of something as JSON has them, in which the form `bytes` looks, those of sixteen as a UUID too, and as a text those whose items are
 * one character each. `onBytes`, where items are bytes by their type: a list is no text, and may be something compressed or encrypted, or is too short.
 */
export function listedItems(kind: ItemKind, content: TextContent, onBytes?: () => void): ListedItems {
  const lists = kind === 'numbers' ? byteLists(write, onBytes) : textLists(write)
  let waiting = ''

  function write(text: string): void {
    waiting += text
  }

  async function flush(): Promise<void> {
    if (waiting === '') return
    const bytes = Buffer.from(waiting)
    waiting = ''
    await content.deliver(bytes)
  }

  return {
    take(item, isFirst) {
      if (isFirst) lists.end()
      lists.add(item)
    },
    isFull: () => waiting.length >= mostWaiting,
    flush,
    async end() {
      lists.end()
      await flush()
      await content.end()
    },
    async abandon() {
      lists.end()
      await flush()
      await content.abandon()
    },
  }
}

type Lists = { add(item: number): void; end(): void }

/** Numbers that are no bytes end a list, too. */
function byteLists(write: (text: string) => void, onBytes: (() => void) | undefined): Lists {
  const list = growingBytes()
  let isBegun = false

  /** Whoever has a type for bytes may have compressed or encrypted them; shorter lists than the form looks at may be short identifiers. */
  function check(): void {
    const bytes = list.bytes.subarray(0, list.length)
    if (onBytes === undefined || !bytes.some((byte) => byte >= leastCharacter && byte < 0x80)) return
    if ((list.length < fewest && !isBegun) || !isText(bytes)) onBytes()
  }

  function end(): void {
    if (list.length === 0 && !isBegun) return
    check()
    if (isBegun) write(`${list.bytes.subarray(0, list.length).join(',')}]\n`)
    else for (const cell of cellsOfBytes(list)) write(`${cell}\n`)
    list.length = 0
    isBegun = false
  }

  return {
    add(item) {
      if (item === other) return end()
      appendByte(list, item)
      if (list.length < mostWaiting) return
      check()
      write(`${isBegun ? '' : '['}${list.bytes.subarray(0, list.length).join(',')},`)
      list.length = 0
      isBegun = true
    },
    end,
  }
}

/** Lists of texts are none if one of these is longer. */
function textLists(write: (text: string) => void): Lists {
  let text = ''
  let isMore = false
  let isOther = false
  let isBegun = false

  return {
    add(item) {
      isOther ||= item === other
      if (isOther) return
      isMore ||= text !== ''
      text += String.fromCodePoint(item)
      if (text.length < mostWaiting) return
      write(text)
      text = ''
      isBegun = true
    },
    end() {
      if (isBegun || (isMore && !isOther)) write(`${isOther ? '' : text}\n`)
      text = ''
      isMore = false
      isOther = false
      isBegun = false
    },
  }
}

/** Has `take` see what the values of some lines are as items: a byte as a number, or a character by its number. */
export function watchItems(kind: ItemKind, lines: Lines, take: (item: number) => void): Lines {
  const held = new Uint8Array(longestItem)
  const itemOf = kind === 'numbers' ? byteOf : characterOf
  let length = 0

  function see({ buffer, at }: Out, from: number): void {
    for (let place = from; place < at; place++) {
      const byte = buffer[place]!
      if (byte === lineFeed) {
        take(length <= longestItem ? itemOf(held, length) : other)
        length = 0
      } else {
        if (length < longestItem) held[length] = byte
        length += 1
      }
    }
  }

  const { whole } = lines
  return {
    fill(out) {
      const from = out.at
      const isAll = lines.fill(out)
      see(out, from)
      return isAll
    },
    ...(whole !== undefined && {
      whole: {
        peek: whole.peek,
        pass(count) {
          const numbers = whole.peek()
          if (numbers !== undefined) seeNumbers(numbers, count, take)
          whole.pass(count)
        },
      },
    }),
  }
}

/** Writes lines whose values are items of lists; `isFirst` is asked for each of them in order. */
export async function writeItems(
  kind: ItemKind,
  lines: Lines,
  content: TextContent,
  lists: ListedItems,
  isFirst: () => boolean,
): Promise<void> {
  const { fill, whole } = watchItems(kind, lines, (item) => lists.take(item, isFirst()))
  let isAll = false
  const some: Lines = {
    fill(out) {
      if (lists.isFull()) return true
      isAll = fill(out)
      return isAll || lists.isFull()
    },
    ...(whole !== undefined && {
      whole: { peek: () => (lists.isFull() ? undefined : whole.peek()), pass: whole.pass },
    }),
  }
  do {
    await content.write(some)
    isAll ||= whole !== undefined && !lists.isFull() && whole.peek() === undefined
    await lists.flush()
  } while (!isAll)
}

function seeNumbers({ bytes, width }: WholeNumbers, count: number, take: (item: number) => void): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let index = 0, at = 0; index < count; index++, at += width) {
    const low = view.getInt32(at, true)
    const isByte = low >= -128 && low <= 255 && (width === 4 || view.getInt32(at + 4, true) === low >> 31)
    take(isByte ? low : other)
  }
}

const minus = 0x2d
const zero = 0x30

/** A whole number as it is printed. */
function byteOf(line: Uint8Array, length: number): number {
  const from = line[0] === minus ? 1 : 0
  let value = 0
  for (let at = from; at < length; at++) {
    const digit = line[at]! - zero
    if (digit < 0 || digit > 9) return other
    value = 10 * value + digit
  }
  if (length === from || value > (from === 1 ? 128 : 255)) return other
  return from === 1 ? -value : value
}

/** A text of one character. */
function characterOf(line: Uint8Array, length: number): number {
  if (!isCharacter(line, 0, length)) return other
  let character = length === 1 ? line[0]! : line[0]! & (0xff >>> (length + 1))
  for (let at = 1; at < length; at++) character = (character << 6) | (line[at]! & 0x3f)
  return character < other ? character : other
}
