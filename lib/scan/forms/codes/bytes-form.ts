import { digits, tableOf } from '../../finders/alphabets.ts'
import { soughtShapes } from '../../finders/sought-shapes.ts'
import type { Form, FormFinder, FormTools, Region } from '../form.ts'
import { listOf } from '../spots.ts'
import { type ByteList, createByteList, numberBytes } from './byte-list.ts'
import { marked } from './marked-lists.ts'
import { characters, pairs } from './written-lists.ts'

const name = 'bytes'
const written = [characters, pairs, marked]

/** A shorter list is not looked at: it would be any row of a table. */
const shortestList = 6
/** Numbers around those that may be of an identifier, in which the longest escape is that may stand before it. */
const margin = 28

/** Bytes between two numbers, or a number and a key. */
export const inGaps = tableOf(' \t\r\n,":-\\nrt')
const inList = inGaps.map((isIn, byte) => isIn | digits[byte]!)

const atSign = 0x40
const percent = 0x25

/**
 * What a list of bytes is looked at for: so many numbers in a row, at least, that may each be of an identifier (`allowed`). Of addresses, and of those alone, one of
 * them is `@`, or the `%` of `%40`.
 */
export function byteLists(tools: Pick<FormTools, 'index' | 'shortest' | 'wanted'>) {
  const { index, shortest, wanted } = tools
  const isShort = shortest < shortestList
  const isText = (byte: number) => byte === 10 || byte === 13 || (byte >= 0x20 && byte < 0x7f)
  return {
    shortest: Math.max(shortest, shortestList),
    // Around an identifier that is shorter than the shortest list stands something else.
    allowed: wanted.map((isWanted, byte) => ((isShort ? isText(byte) : isWanted === 1) ? 1 : 0)),
    needsAtSign: !isShort && soughtShapes(index).every(({ shape }) => shape === 'email'),
  }
}

/** Bytes to either side of a number that decide what is found there. */
export const contextOfBytes = (shortest: number, longest: number) =>
  numberBytes * (Math.max(shortest, shortestList) + longest + margin)

/** Finds text whose bytes are written as a list of decimal numbers, of characters, or of two hexadecimal digits each. */
function createBytes(tools: FormTools): FormFinder {
  const { side, longest } = tools
  const { shortest, allowed, needsAtSign } = byteLists(tools)
  const lead = contextOfBytes(tools.shortest, longest)

  /** Puts aside the numbers [from, to) of a list, and some around them that were not yet. */
  function push({ count, values, starts, ends }: ByteList, from: number, to: number, done: number): number {
    const first = Math.max(0, from - margin)
    const last = Math.min(count, to + margin)
    if (first > done || done === 0) side.open()
    for (let at = Math.max(first, done); at < last; at++) side.push(values[at]!, starts[at]!, ends[at]!)
    return Math.max(last, done)
  }

  /** Takes a whole list, or all of it that is known. */
  function take(list: ByteList): void {
    const { count, values } = list
    let done = 0
    for (let at = 0; at < count; at++) {
      const from = at
      while (at < count && allowed[values[at]!] === 1) at++
      if (at - from < shortest) continue
      if (!needsAtSign) {
        done = push(list, from, at, done)
        continue
      }
      for (let sign = from; sign < at; sign++)
        if (values[sign] === atSign || values[sign] === percent)
          done = push(list, Math.max(from, sign - longest), Math.min(at, sign + longest + 1), done)
    }
  }

  const list = createByteList(take)

  /** Looks at the lists that the places are in, as far around each as decides what is found there. */
  function lookAround(region: Region, places: Int32Array): void {
    const { bytes, to } = region
    for (let at = 0; at < places.length; ) {
      const place = places[at]!
      let from = place
      while (from > 0 && place - from < lead && inList[bytes[from - 1]!] === 1) from--
      let until = place
      for (; at < places.length && places[at]! <= until; at++)
        while (until < to && until - places[at]! < lead && inList[bytes[until]!] === 1) until++
      list.read(region, from, until)
      if (until === place) at++
    }
  }

  /** Looks at lists of which next to no text has one, as far around each place as decides what is found there. */
  function lookAtWritten(region: Region, { spots, read }: (typeof written)[number]): void {
    const places = listOf(region, spots)
    if (places === undefined) read(region, 0, region.to, take)
    else
      for (let at = 0; at < places.length; ) {
        const from = Math.max(0, places[at]! - lead)
        let until = places[at]! + lead
        while (++at < places.length && places[at]! - lead <= until) until = places[at]! + lead
        read(region, from, Math.min(until, region.to), take)
      }
  }

  return (region, report) => {
    const places = listOf(region, name)
    if (places?.length === 0 && written.every(({ spots }) => listOf(region, spots)?.length === 0)) return
    side.target(report, name)
    if (places === undefined) list.read(region, 0, region.to)
    else lookAround(region, places)
    for (const each of written) lookAtWritten(region, each)
    side.flush()
  }
}

/** As lists are written by Node (also of a `Uint8Array`), Java, Python and Rust, and Go, the latter two also in YAML; of characters in JSON and by loggers; as pairs of digits by dumps and .NET. */
function spell(text: string): Buffer[] {
  const bytes = Buffer.from(text.length < shortestList ? text.padEnd(2 * shortestList) : text)
  const all = [...bytes]
  return [
    JSON.stringify(bytes),
    JSON.stringify({ body: bytes }, null, 2),
    JSON.stringify({ ...all }),
    `[${all.join(', ')}]`,
    `[${all.join(' ')}]`,
    all.map((byte) => `- ${byte}`).join('\n'),
    JSON.stringify([...bytes.toString()]),
    JSON.stringify({ ...[...bytes.toString()] }),
    ...[' ', ':', '-'].map((sign) => bytes.toString('hex').replace(/..(?=.)/g, `$&${sign}`)),
    all.map((byte) => `0x${byte.toString(16)}`).join(', '),
    `hex:${bytes.toString('hex').replace(/..(?=.)/g, '$&,')}`,
    `hex(7):${bytes
      .toString('hex')
      .replace(/..(?=.)/g, '$&,00,')
      .replace(/.{72}(?=.)/g, '$&\\\r\n  ')}`,
  ].map((each) => Buffer.from(each))
}

export const bytesForm: Form = {
  name,
  summary: 'as a list of their bytes in decimal numbers or in two hexadecimal digits each, or of their characters',
  nests: true,
  finder: createBytes,
  spell,
}
