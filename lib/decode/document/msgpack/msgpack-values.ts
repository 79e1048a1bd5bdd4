import { doubleText } from '../../database/number-text.ts'
import type { StreamReader } from '../../database/stream-reader.ts'
import type { ValueWriter } from '../../database/value-writer.ts'
import type { Stop } from '../../decoding.ts'
import { type GrowingBytes, growingBytes } from '../../growing-bytes.ts'
import { appendByte, cellsOfBytes } from '../../listed-bytes.ts'
import { type MsgpackType, msgpackTypes } from './msgpack-types.ts'

/** Longer texts are not held in memory. */
const mostText = 2 ** 26
const deepest = 1024
/** Cells of a row and bytes of their texts, at most: a list may have any number of items. */
const mostCells = 1024
const mostRow = 2 ** 20
/** From here on an integer in a float of four bytes may have lost its last digits. */
const inexactSingle = 2 ** 24
/** Names that are remembered, and characters of one. */
const mostNames = 10_000
const longestName = 200
const fluentdTime = 0
const msgpackTime = -1

/** An array or a map that is read: values that are left in it, whether it has keys that are names, and of an array its bytes as long as all of its items may be. */
type Open = { left: number; readonly isMap: boolean; hasNames: boolean; list: GrowingBytes | undefined }

/**
 * Reads the next value, with all that is in it, and writes values as cells, a row for each map. Texts that are keys are written to `names`, each once as long as there are few; other keys
 * are values.
 */
export function msgpackValues(
  stream: StreamReader,
  out: ValueWriter,
  names: ValueWriter,
  stop: Stop,
): () => Promise<void> {
  const known = new Set<string>()
  let cells = 0
  let rowBytes = 0
  let open: Open[] = []

  function endRow(): Promise<void> | undefined {
    if (cells === 0) return undefined
    cells = 0
    rowBytes = 0
    return out.endRow()
  }

  /** Notes a value that was written; absent `whole`: no whole number. */
  function note(around: Open | undefined, whole?: number): void {
    cells += 1
    if (around?.list === undefined) return
    if (whole === undefined || !appendByte(around.list, whole)) around.list = undefined
    else if (around.list.length > mostText) throw stop('limit', `expected lists of at most ${mostText} bytes`)
  }

  /** Writes a number, and returns it where it is a whole one. */
  function number(kind: MsgpackType['kind'], bytes: Buffer): number | undefined {
    const size = bytes.length
    if (kind === 'float') {
      const value = size === 4 ? bytes.readFloatBE(0) : bytes.readDoubleBE(0)
      const { text, isLossy } = doubleText(value)
      if (isLossy || (size === 4 && Number.isInteger(value) && Math.abs(value) >= inexactSingle)) out.lossy()
      out.ascii(text)
      return undefined
    }
    if (size === 8) {
      out.ascii(String(kind === 'signed' ? bytes.readBigInt64BE(0) : bytes.readBigUInt64BE(0)))
      return undefined
    }
    const value = kind === 'signed' ? bytes.readIntBE(0, size) : bytes.readUIntBE(0, size)
    out.ascii(String(value))
    return value
  }

  /** Times of MessagePack and of Fluentd are seconds and nanoseconds; what else an extension is, only its program knows. */
  function extension(all: Buffer): void {
    const type = all.readInt8(0)
    const bytes = all.subarray(1)
    const size = bytes.length
    if (type === fluentdTime && size === 8) out.ascii(`${bytes.readUInt32BE(0)}.${bytes.readUInt32BE(4)}`)
    else if (type === msgpackTime && size === 4) out.ascii(String(bytes.readUInt32BE(0)))
    else if (type === msgpackTime && size === 8) {
      const both = bytes.readBigUInt64BE(0)
      out.ascii(`${both & 0x3ffffffffn}.${both >> 34n}`)
    } else if (type === msgpackTime && size === 12) out.ascii(`${bytes.readBigInt64BE(4)}.${bytes.readUInt32BE(0)}`)
    else out.binary(bytes)
  }

  function write(kind: 'text' | 'binary' | 'extension', bytes: Buffer): void {
    rowBytes += bytes.length
    if (kind === 'extension') extension(bytes)
    else if (kind === 'text') out.text(bytes)
    else out.binary(bytes)
  }

  function addName(bytes: Buffer): Promise<void> | undefined {
    const name = bytes.length < longestName ? bytes.toString('latin1') : undefined
    if (name !== undefined && known.has(name)) return undefined
    if (name !== undefined && known.size < mostNames) known.add(name)
    names.text(bytes)
    return names.endRow()
  }

  /** Ends what has no more values; nothing is written once a row has ended. */
  function close(): Promise<void> | undefined {
    let ended: Promise<void> | undefined
    for (let last = open.at(-1); last?.left === 0; last = open.at(-1)) {
      open.pop()
      for (const cell of last.list === undefined ? [] : cellsOfBytes(last.list)) out.ascii(cell)
      if (last.isMap) ended = joined(ended, endRow())
    }
    const isFull = cells >= mostCells || rowBytes >= mostRow
    return open.length === 0 || isFull ? joined(ended, endRow()) : ended
  }

  return async function read() {
    open = []
    do {
      const first = stream.take(1)
      const type = msgpackTypes[(first instanceof Uint8Array ? first : await first)[0]!]
      if (type === undefined) throw stop('corrupt', 'expected a value')
      const around = open.at(-1)
      const isKeyOfMap = around?.isMap === true && around.left % 2 === 0
      if (isKeyOfMap && around.hasNames && noNames.has(type.kind)) throw stop('corrupt', 'expected a key')
      const isKey = isKeyOfMap && type.kind === 'text'
      if (isKey) around.hasNames = true
      if (around !== undefined) around.left -= 1
      // What is at hand is not waited for: a value may be a byte.
      const sized = 'size' in type && type.size > 0 ? stream.take(type.size) : none
      const own = bufferOf(sized instanceof Uint8Array ? sized : await sized)
      if (type.kind === 'small') {
        out.ascii(String(type.value))
        note(around, type.value)
      } else if (!('count' in type)) note(around, 'size' in type ? number(type.kind, own) : undefined)
      else {
        const count = own.length === 0 ? type.count : own.readUIntBE(0, own.length)
        if (type.kind === 'array' || type.kind === 'map') {
          if (open.length === deepest) throw stop('limit', `expected at most ${deepest} values inside each other`)
          if (around?.list !== undefined) around.list = undefined
          const isMap = type.kind === 'map'
          const ended = isMap ? endRow() : undefined
          if (ended !== undefined) await ended
          open.push({
            left: isMap ? 2 * count : count,
            isMap,
            hasNames: false,
            list: isMap ? undefined : growingBytes(),
          })
        } else {
          if (count > mostText) throw stop('limit', `expected texts of at most ${mostText} bytes`)
          const taken = stream.take(type.kind === 'extension' ? count + 1 : count)
          const bytes = bufferOf(taken instanceof Uint8Array ? taken : await taken)
          if (isKey) {
            const added = addName(bytes)
            if (added !== undefined) await added
          } else {
            write(type.kind, bytes)
            note(around)
          }
        }
      }
      const closed = close()
      if (closed !== undefined) await closed
    } while (open.length > 0)
  }
}

/** Among names no program has such keys, but what lacks a byte or a value does. */
const noNames: ReadonlySet<MsgpackType['kind']> = new Set(['false', 'true', 'float', 'map'])
const none = new Uint8Array(0)
const bufferOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

/** Both, one after the other; they were begun already. */
const joined = (one: Promise<void> | undefined, other: Promise<void> | undefined) =>
  one === undefined ? other : other === undefined ? one : Promise.all([one, other]).then(() => {})
