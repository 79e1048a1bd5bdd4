import type { Region } from '../form.ts'
import type { ByteList } from './byte-list.ts'
import { pair, readLists, space, type WrittenList } from './written-lists.ts'

const item = '0[xX][0-9a-fA-F]{1,2}'
/** `0x62, 0x6f` of C, C#, Go and `xxd -i`, and with blanks between. */
const ofPrograms = new RegExp(
  `(?<![A-Za-z0-9+/_-])${item}(?:(?:,${space}|[ \\t]{1,8})${item})+(?![A-Za-z0-9+/_-])`,
  'g',
)
const eachItem = new RegExp(item, 'g')

/** Pairs in a line: the editor of the registry writes 25, other programs a text of 200 characters. All of them are within what decides what is found at a place. */
const ofLine = `${pair}(?:,${pair}){0,400}`
const lineEnd = String.raw`,\\\r?\n {0,8}`
/** `hex:62,6f`, `hex(2):62,00` of the registry of Windows, and what such a list has in further lines. */
const ofRegistry = new RegExp(
  `(?:[hH][eE][xX](?:\\([0-9a-fA-F]{1,8}\\))?:|${lineEnd})${ofLine}(?:${lineEnd}${ofLine})*`,
  'g',
)
const eachPair = new RegExp(`(?<=[:, \\n])${pair}(?=[,\\s]|$)`, 'g')

/** Bytes in hexadecimal digits that a mark stands before: before each of them in programs, before all of them in the registry, where texts are in UTF-16. */
export const marked: WrittenList = {
  spots: 'marked',
  read(region, from, to, take) {
    if (!hasX(region, from, to)) return
    readLists(region, from, to, take, ofPrograms, eachItem, Number)
    const takeBoth = (list: ByteList) => {
      take(list)
      if (list.values.includes(0)) take(narrowed(list))
    }
    readLists(region, from, to, takeBoth, ofRegistry, eachPair, (text) => Number.parseInt(text, 16))
  },
}

const hasX = ({ buffer }: Region, from: number, to: number) => {
  const text = buffer.subarray(from, to)
  return text.includes(0x78) || text.includes(0x58) || text.includes(',\\')
}

/** UTF-16 of ASCII in bytes of one each: of the zeros right behind others, which stand for nothing, none is left. */
function narrowed({ count, values, starts, ends }: ByteList): ByteList {
  const kept = Array.from(values.subarray(0, count), (_, at) => at).filter(
    (at) => values[at] !== 0 || at === 0 || values[at - 1] === 0,
  )
  const of = (all: Int32Array) => Int32Array.from(kept, (at) => all[at]!)
  return { count: kept.length, values: Uint8Array.from(kept, (at) => values[at]!), starts: of(starts), ends: of(ends) }
}
