import type { Region } from '../form.ts'
import type { SpotList } from '../spots.ts'
import type { ByteList } from './byte-list.ts'

/** Items of a list, at least, and bytes from one character of a list of them to the next at most. */
const fewest = 6
const mostBetween = 24

const character = String.raw`\\{0,3}(?:"[ !#-+\--9;-[\]-~]\\{0,3}"|'[ -&(-+\--9;-[\]-~]\\{0,3}')`
export const space = String.raw`(?:[ \t\r\n]|\\{1,8}[nrt]){0,20}`
const key = String.raw`(?:\\{0,3}["'][0-9]{1,3}\\{0,3}["']${space}:${space})?`
const characterList = new RegExp(`${character}(?:${space},${space}${key}${character}(?!${space}:))+`, 'g')
const eachCharacter = new RegExp(String.raw`(?<=["'])[^](?=\\{0,3}["'](?:${space},|$))`, 'g')

export const pair = '[0-9a-fA-F]{2}'
/** One for each sign: a pair may be the last of one list and the first of another. */
const pairLists = [' {1,2}', ':', '-'].map(
  (sign) => new RegExp(`(?<![A-Za-z0-9+/_-])${pair}(?:${sign}${pair})+(?![A-Za-z0-9+/_-])`, 'g'),
)
const eachPair = new RegExp(pair, 'g')

/** A way to write a list of characters that is read with regular expressions, since next to no text has one. */
export type WrittenList = {
  readonly spots: SpotList
  read(region: Region, from: number, to: number, take: (list: ByteList) => void): unknown
}

/** `["b","o","b"]`, and `{"0":"b","1":"o"}` as loggers write a text where they expect an object; quotes also of Python, and in a string. */
export const characters: WrittenList = {
  spots: 'characters',
  read: (region, from, to, take) =>
    hasQuote(region, from, to) &&
    readLists(region, from, to, take, characterList, eachCharacter, (text) => text.charCodeAt(0)),
}

/** Two hexadecimal digits for each byte, with blanks, colons or hyphens between them: a line of a dump, `BitConverter.ToString` of .NET. */
export const pairs: WrittenList = {
  spots: 'pairs',
  read(region, from, to, take) {
    if (!hasSigns(region, from, to)) return
    for (const list of pairLists) readLists(region, from, to, take, list, eachPair, (text) => Number.parseInt(text, 16))
  },
}

/** Whether a list of characters may be here; most texts have no quote, which is seen faster than with an expression. */
const hasQuote = ({ buffer }: Region, from: number, to: number) => {
  const text = buffer.subarray(from, to)
  return text.includes(0x22) || text.includes(0x27)
}

/** The same for pairs, between which is the same sign at every third place. */
function hasSigns({ bytes }: Region, from: number, to: number): boolean {
  for (let at = from; at + 6 < to; at++) {
    const byte = bytes[at]!
    if (byte === bytes[at + 3] && byte === bytes[at + 6] && (byte === 0x20 || byte === 0x3a || byte === 0x2d))
      return true
  }
  return false
}

export function readLists(
  { buffer }: Region,
  from: number,
  to: number,
  take: (list: ByteList) => void,
  list: RegExp,
  item: RegExp,
  byteOf: (text: string) => number,
): void {
  for (const { 0: written, index } of buffer.toString('latin1', from, to).matchAll(list)) {
    let some: { value: number; start: number; end: number }[] = []
    const finish = () => {
      if (some.length >= fewest) take(listOf(some))
      some = []
    }
    for (const { 0: text, index: at } of written.matchAll(item)) {
      const start = from + index + at
      if (some.length > 0 && start - some.at(-1)!.start > mostBetween) finish()
      some.push({ value: byteOf(text), start, end: start + text.length })
    }
    finish()
  }
}

const listOf = (items: readonly { value: number; start: number; end: number }[]): ByteList => ({
  count: items.length,
  values: Uint8Array.from(items, ({ value }) => value),
  starts: Int32Array.from(items, ({ start }) => start),
  ends: Int32Array.from(items, ({ end }) => end),
})
