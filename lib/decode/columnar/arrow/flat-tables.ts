import { ColumnFault, corrupt } from '../column-fault.ts'

/** A FlatBuffer from its root on. Once all was asked for: `end`, behind the last byte of it, and `slack`, what nothing before that is made of, but for zeros. */
export type FlatBytes = { readonly root: FlatTable; end(): number; slack(): Uint8Array[] }

/** Bytes may be a part of several tables (`vtable`s, texts), but reading them over and over is what only a hostile buffer asks for. */
const mostReadings = 8

/** Any number of tables may be in the same place. */
const mostTables = 2 ** 20

/** `fields`: how many fields a table is known to have; others are not known, and a fault. Texts are parts of `bytes`. @throws ColumnFault */
export function flatBytes(bytes: Uint8Array, fields: number): FlatBytes {
  const reader = new FlatReader(bytes)
  return {
    root: new FlatTable(reader, reader.behind(0), fields),
    end: () => reader.isRead.lastIndexOf(1) + 1,
    slack: () =>
      [...unread(reader.isRead)]
        .map(({ from, to }) => bytes.slice(from, to))
        .filter((part) => part.some((byte) => byte !== 0)),
  }
}

/** Knows which bytes were read. */
class FlatReader {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly isRead: Uint8Array
  #readings = 0
  #tables = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.isRead = new Uint8Array(bytes.length)
  }

  /** Bytes from `at` on are read: returns where they begin. */
  claim(at: number, length: number): number {
    if (at < 0 || length > this.bytes.length - at) throw corrupt('arrow: expected metadata within its message')
    this.#readings += length + 1
    if (this.#readings > this.bytes.length * mostReadings)
      throw new ColumnFault('limit', 'arrow: expected metadata to be read once')
    this.isRead.fill(1, at, at + length)
    return at
  }

  countTable(): void {
    this.#tables += 1
    if (this.#tables > mostTables) throw new ColumnFault('limit', `arrow: expected at most ${mostTables} tables`)
  }

  behind(at: number): number {
    return at + this.view.getUint32(this.claim(at, 4), true)
  }
}

/**
 * A table of a FlatBuffer (flatbuffers.dev, "Internals"). Fields by their numbers from 0 on; one that is not there is the given default.
 * All throw a ColumnFault where a place is not in the buffer.
 */
export class FlatTable {
  readonly #reader: FlatReader
  readonly #at: number
  /** Where it is said where fields are, and in how many bytes. */
  readonly #from: number
  readonly #size: number

  /** `known`: how many fields it is known to have. */
  constructor(reader: FlatReader, at: number, known: number) {
    const { view } = reader
    reader.countTable()
    const from = at - view.getInt32(reader.claim(at, 4), true)
    const size = view.getUint16(reader.claim(from, 2), true)
    if (size < 4 || size % 2 !== 0) throw corrupt('arrow: expected a table of fields')
    reader.claim(from, size)
    for (let field = known; field * 2 + 4 < size; field++)
      if (view.getUint16(from + 4 + field * 2, true) !== 0)
        throw new ColumnFault('unsupported-format', 'arrow: expected only fields that are known')
    this.#reader = reader
    this.#at = at
    this.#from = from
    this.#size = size
  }

  bool(field: number): boolean {
    return this.byte(field) !== 0
  }

  byte(field: number): number {
    const place = this.#claim(field, 1)
    return place === undefined ? 0 : this.#reader.view.getUint8(place)
  }

  short(field: number, absent = 0): number {
    const place = this.#claim(field, 2)
    return place === undefined ? absent : this.#reader.view.getInt16(place, true)
  }

  int(field: number, absent = 0): number {
    const place = this.#claim(field, 4)
    return place === undefined ? absent : this.#reader.view.getInt32(place, true)
  }

  /** A number of 64 bits that a double holds exactly. */
  long(field: number): number {
    const place = this.#claim(field, 8)
    return place === undefined ? 0 : exactLong(this.#reader.view, place)
  }

  text(field: number): Uint8Array | undefined {
    const place = this.#placeOf(field, 4)
    if (place === undefined) return undefined
    const { bytes, view } = this.#reader
    const start = this.#reader.behind(place)
    const length = view.getUint32(this.#reader.claim(start, 4), true)
    // A zero is behind it.
    this.#reader.claim(start + 4, bytes[start + 4 + length] === 0 ? length + 1 : length)
    return bytes.subarray(start + 4, start + 4 + length)
  }

  table(field: number, fields: number): FlatTable | undefined {
    const place = this.#placeOf(field, 4)
    return place === undefined ? undefined : new FlatTable(this.#reader, this.#reader.behind(place), fields)
  }

  tables(field: number, fields: number): FlatTable[] {
    return this.structs(field, 4, (_, at) => new FlatTable(this.#reader, this.#reader.behind(at), fields))
  }

  ints(field: number): number[] {
    return this.structs(field, 4, (view, at) => view.getInt32(at, true))
  }

  longs(field: number): number[] {
    return this.structs(field, 8, exactLong)
  }

  /** A vector of structures of `width` bytes: where each begins is told `read`. */
  structs<T>(field: number, width: number, read: (numbers: DataView, at: number) => T): T[] {
    const place = this.#placeOf(field, 4)
    if (place === undefined) return []
    const { view } = this.#reader
    const start = this.#reader.behind(place)
    const count = view.getUint32(this.#reader.claim(start, 4), true)
    const first = this.#reader.claim(start + 4, count * width)
    return Array.from({ length: count }, (_, index) => read(view, first + index * width))
  }

  /** Where a field of so many bytes is; absent: it is not there. */
  #placeOf(field: number, width: number): number | undefined {
    const { view } = this.#reader
    const slot = 4 + field * 2
    const offset = slot < this.#size ? view.getUint16(this.#from + slot, true) : 0
    if (offset === 0) return undefined
    if (offset < 4 || offset + width > view.getUint16(this.#from + 2, true))
      throw corrupt('arrow: expected a field within its table')
    return this.#at + offset
  }

  #claim(field: number, width: number): number | undefined {
    const place = this.#placeOf(field, width)
    return place === undefined ? undefined : this.#reader.claim(place, width)
  }
}

/** Where nothing was read. */
export function* unread(isRead: Uint8Array): Generator<{ from: number; to: number }> {
  for (let from = isRead.indexOf(0); from >= 0; ) {
    const end = isRead.indexOf(1, from)
    yield { from, to: end < 0 ? isRead.length : end }
    from = end < 0 ? end : isRead.indexOf(0, end)
  }
}

/** A number of 64 bits, the lowest byte first. @throws ColumnFault unless a double holds it exactly */
export function exactLong(view: DataView, at: number): number {
  const value = view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
  if (!Number.isSafeInteger(value)) throw corrupt('arrow: expected a number below 2^53')
  return value
}
