import { decodeMember } from '../../decode-member.ts'
import { addGap, type Decoding } from '../../decoding.ts'
import { doubleText } from '../number-text.ts'
import type { Numbering, ValueWriter } from '../value-writer.ts'
import { type Element, intsetElements, listpackElements, ziplistElements, zipmapElements } from './packed.ts'
import type { LongString, RdbReader } from './rdb-reader.ts'
import { streamEntries } from './stream-values.ts'
import { type ValuePlaces, valuePlaces } from './value-places.ts'

/** Reads the value of a key by its type; an element a row, a field and its value in one. */
export type RdbValues = {
  read(type: number): Promise<void>
  readModule(): Promise<void>
  row(elements: Read[]): Promise<void>
}

type Read = Element | LongString
/** The mark of the row of an element, by its number from 0 on. */
type MarkOf = (number: number, element?: Element) => number

/** Longer names are told by number. */
const longestName = 64

function shortName(name: Read | undefined): string | undefined {
  if (typeof name === 'string') return name
  return name instanceof Uint8Array && name.length <= longestName ? Buffer.from(name).toString('utf8') : undefined
}

const isLossyScore = (score: Element) =>
  doubleText(Number(typeof score === 'string' ? score : Buffer.from(score).toString('latin1'))).isLossy

export function rdbValues(
  reader: RdbReader,
  out: ValueWriter,
  path: readonly string[],
  decoding: Decoding,
  numbering: Numbering,
  places: ValuePlaces = valuePlaces(),
): RdbValues {
  let hasModule = false

  async function write(element: Read): Promise<void> {
    if (typeof element === 'string') out.ascii(element)
    else if (element instanceof Uint8Array) out.binary(element)
    else {
      out.ascii('')
      numbering.values += 1
      await decodeMember({ source: element.source, path: [...path, `value-${numbering.values}`] }, decoding)
    }
  }

  async function row(elements: Read[], mark?: number): Promise<void> {
    for (const element of elements) await write(element)
    await out.endRow(mark)
  }

  /** A row for each string. */
  async function strings(markOf: MarkOf): Promise<void> {
    const count = await reader.count()
    for (let number = 0; number < count; number++) await row([await reader.string()], markOf(number))
  }

  /** Rows of a field and its value, each written before the next one is read. */
  async function fields(): Promise<void> {
    const count = await reader.count()
    for (let number = 1; number <= count; number++) {
      const name = await reader.string()
      const mark = places.field({ number, name: shortName(name), at: 0 })
      await write(name)
      await row([await reader.string()], mark)
    }
  }

  async function packed(elements: Element[] | undefined, perRow: number, markOf: MarkOf): Promise<void> {
    if (elements === undefined) throw reader.stop('corrupt', 'a packed value that does not contradict itself')
    for (let at = 0; at < elements.length; at += perRow) {
      const own = elements.slice(at, at + perRow)
      await row(own, markOf(at / perRow, own[0]!))
    }
  }

  /** Rows of a member and its score, which was a double before it was packed. */
  async function packedScores(elements: Element[] | undefined): Promise<void> {
    if (elements?.some((score, at) => at % 2 === 1 && isLossyScore(score))) out.lossy()
    await packed(elements, 2, () => places.of('sorted-set'))
  }

  async function binaryScores(): Promise<void> {
    for (let left = await reader.count(); left > 0; left--) {
      await write(await reader.string())
      const { text, isLossy } = doubleText(Buffer.from(await reader.stream.take(8)).readDoubleLE(0))
      if (isLossy) out.lossy()
      await row([text], places.of('sorted-set'))
    }
  }

  async function textScores(): Promise<void> {
    for (let left = await reader.count(); left > 0; left--) {
      await write(await reader.string())
      const length = await reader.byte()
      const score = length >= 253 ? undefined : Buffer.from(await reader.stream.take(length))
      if (score !== undefined && isLossyScore(score)) out.lossy()
      await row(score === undefined ? [] : [score], places.of('sorted-set'))
    }
  }

  async function quicklist(hasContainers: boolean): Promise<void> {
    let items = 0
    const markOf = () => places.item(items++)
    for (let left = await reader.count(); left > 0; left--) {
      const container = hasContainers ? await reader.count() : 2
      if (container === 1) await row([await reader.string()], markOf())
      else if (container === 2) {
        const blob = await reader.blob()
        await packed(hasContainers ? listpackElements(blob) : ziplistElements(blob), 1, markOf)
      } else throw reader.stop('corrupt', 'a known container of a list')
    }
  }

  async function hashWithTimes(): Promise<void> {
    await row([await reader.int64()])
    const count = await reader.count()
    for (let number = 1; number <= count; number++) {
      await write(String(await reader.length()))
      const name = await reader.string()
      const mark = places.field({ number, name: shortName(name), at: 1 })
      await write(name)
      await row([await reader.string()], mark)
    }
  }

  async function stream(version: number): Promise<void> {
    for (let left = await reader.count(); left > 0; left--) {
      const master = Buffer.from(await reader.blob())
      const elements = listpackElements(await reader.blob())
      const entries = elements && streamEntries(master, elements)
      if (entries === undefined) throw reader.stop('corrupt', 'entries of a stream')
      for (const { id, elements } of entries) await row([id, ...elements], places.of('stream'))
    }
    const pair = async () => `${await reader.length()}-${await reader.length()}`
    await row([String(await reader.length()), await pair()])
    if (version > 1) await row([await pair(), await pair(), String(await reader.length())])
    for (let groups = await reader.count(); groups > 0; groups--) {
      await write(await reader.string())
      await row([await pair(), ...(version > 1 ? [String(await reader.length())] : [])])
      for (let pending = await reader.count(); pending > 0; pending--)
        await row([await rawId(), await reader.int64(), String(await reader.length())])
      for (let consumers = await reader.count(); consumers > 0; consumers--) {
        await write(await reader.string())
        await row([await reader.int64(), ...(version > 2 ? [await reader.int64()] : [])])
        for (let pending = await reader.count(); pending > 0; pending--) await row([await rawId()])
      }
    }
  }

  async function rawId(): Promise<string> {
    const bytes = Buffer.from(await reader.stream.take(16))
    return `${bytes.readBigUInt64BE(0)}-${bytes.readBigUInt64BE(8)}`
  }

  /** What a module stored: its parts are known, their meaning is not. */
  async function readModule(): Promise<void> {
    if (!hasModule)
      addGap(decoding, {
        ...{ reason: 'unsupported-format', path, offset: reader.stream.offset },
        detail: 'redis: expected no value of a module',
      })
    hasModule = true
    for (;;) {
      const kind = await reader.count()
      if (kind === 0) return
      if (kind === 1 || kind === 2) {
        const number = BigInt(await reader.length())
        await row([String(number), String(BigInt.asIntN(64, number))])
      } else if (kind === 3) await row([doubleText(Buffer.from(await reader.stream.take(4)).readFloatLE(0)).text])
      else if (kind === 4) await row([doubleText(Buffer.from(await reader.stream.take(8)).readDoubleLE(0)).text])
      else if (kind === 5) await row([await reader.string()])
      else throw reader.stop('corrupt', 'a known part of a module value')
    }
  }

  const fieldAt: MarkOf = (number, name) => places.field({ number: number + 1, name: shortName(name), at: 0 })

  const types: Record<number, () => Promise<void>> = {
    0: async () => row([await reader.string()], places.of('string')),
    1: () => strings(places.item),
    2: () => strings(() => places.of('set')),
    3: textScores,
    4: fields,
    5: binaryScores,
    7: async () => {
      await row([String(await reader.length())])
      await readModule()
    },
    // Bytes that are not used may be between a value and the next name.
    9: async () => packed(zipmapElements(await reader.blob()), 2, () => places.of('hash')),
    10: async () => packed(ziplistElements(await reader.blob()), 1, places.item),
    11: async () => packed(intsetElements(await reader.blob()), 1, () => places.of('set')),
    12: async () => packedScores(ziplistElements(await reader.blob())),
    13: async () => packed(ziplistElements(await reader.blob()), 2, fieldAt),
    14: () => quicklist(false),
    15: () => stream(1),
    16: async () => packed(listpackElements(await reader.blob()), 2, fieldAt),
    17: async () => packedScores(listpackElements(await reader.blob())),
    18: () => quicklist(true),
    19: () => stream(2),
    20: async () => packed(listpackElements(await reader.blob()), 1, () => places.of('set')),
    21: () => stream(3),
    24: hashWithTimes,
    25: async () => {
      await row([await reader.int64()])
      await packed(listpackElements(await reader.blob()), 3, fieldAt)
    },
  }

  return {
    row,
    readModule,
    async read(type) {
      const known = types[type]
      if (known === undefined) throw reader.stop('unsupported-format', 'a known type of value')
      await known()
    },
  }
}
