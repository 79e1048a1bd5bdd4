import { ColumnFault, corrupt } from '../column-fault.ts'

/**
 * A table of a FlatBuffer (flatbuffers.dev, "Internals"). Fields by their numbers from 0 on; one that is not there is the given default.
 * All throw a ColumnFault where a place is not in the buffer.
 */
export type FlatTable = {
  bool(field: number): boolean
  byte(field: number): number
  short(field: number, absent?: number): number
  int(field: number, absent?: number): number
  /** A number of 64 bits that a double holds exactly. */
  long(field: number): number
  text(field: number): Uint8Array | undefined
  table(field: number, fields: number): FlatTable | undefined
  tables(field: number, fields: number): FlatTable[]
  ints(field: number): number[]
  longs(field: number): number[]
  /** Structures of `width` bytes, made of numbers alone: where each begins is told `read`. */
  structs<T>(field: number, width: number, read: (numbers: DataView, at: number) => T): T[]
}

/** A FlatBuffer from its root on. Once all was asked for: `end`, behind the last byte of it, and `slack`, what nothing before that is made of, but for zeros. */
export type FlatBytes = { readonly root: FlatTable; end(): number; slack(): Uint8Array[] }

/** Bytes may be a part of several tables (`vtable`s, texts), but reading them over and over is what only a hostile buffer asks for. */
const mostReadings = 8

/** `fields`: how many fields a table is known to have; others are not known, and a fault. Texts are parts of `bytes`. @throws ColumnFault */
export function flatBytes(bytes: Uint8Array, fields: number): FlatBytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isRead = new Uint8Array(bytes.length)
  let readings = 0

  /** Bytes from `at` on are read: returns where they begin. */
  function claim(at: number, length: number): number {
    if (at < 0 || length > bytes.length - at) throw corrupt('arrow: expected metadata within its message')
    readings += length + 1
    if (readings > bytes.length * mostReadings)
      throw new ColumnFault('limit', 'arrow: expected metadata to be read once')
    isRead.fill(1, at, at + length)
    return at
  }

  const intAt = (at: number) => view.getInt32(claim(at, 4), true)
  const behind = (at: number) => at + view.getUint32(claim(at, 4), true)
  const longAt = (at: number) => exactLong(view, claim(at, 8))

  function tableAt(at: number, known: number): FlatTable {
    const from = at - intAt(at)
    const size = view.getUint16(claim(from, 2), true)
    if (size < 4 || size % 2 !== 0) throw corrupt('arrow: expected a table of fields')
    claim(from, size)
    const end = view.getUint16(from + 2, true)
    for (let field = known; field * 2 + 4 < size; field++)
      if (view.getUint16(from + 4 + field * 2, true) !== 0)
        throw new ColumnFault('unsupported-format', 'arrow: expected only fields that are known')

    /** Where a field of so many bytes is; absent: it is not there. */
    function placeOf(field: number, width: number): number | undefined {
      const slot = 4 + field * 2
      const offset = slot < size ? view.getUint16(from + slot, true) : 0
      if (offset === 0) return undefined
      if (offset < 4 || offset + width > end) throw corrupt('arrow: expected a field within its table')
      return at + offset
    }

    const numberOf = (field: number, width: number, absent: number, read: (at: number) => number) => {
      const place = placeOf(field, width)
      return place === undefined ? absent : read(claim(place, width))
    }

    /** A vector: where its first item is, and how many there are. */
    function vector(field: number, width: number): { first: number; count: number } {
      const place = placeOf(field, 4)
      if (place === undefined) return { first: 0, count: 0 }
      const start = behind(place)
      const count = view.getUint32(claim(start, 4), true)
      return { first: claim(start + 4, count * width), count }
    }

    function each<T>(field: number, width: number, read: (at: number) => T): T[] {
      const { first, count } = vector(field, width)
      return Array.from({ length: count }, (_, index) => read(first + index * width))
    }

    return {
      bool: (field) => numberOf(field, 1, 0, (at) => view.getUint8(at)) !== 0,
      byte: (field) => numberOf(field, 1, 0, (at) => view.getUint8(at)),
      short: (field, absent = 0) => numberOf(field, 2, absent, (at) => view.getInt16(at, true)),
      int: (field, absent = 0) => numberOf(field, 4, absent, (at) => view.getInt32(at, true)),
      long: (field) => numberOf(field, 8, 0, longAt),
      text(field) {
        const place = placeOf(field, 4)
        if (place === undefined) return undefined
        const start = behind(place)
        const length = view.getUint32(claim(start, 4), true)
        // A zero is behind it.
        claim(start + 4, bytes[start + 4 + length] === 0 ? length + 1 : length)
        return bytes.subarray(start + 4, start + 4 + length)
      },
      table(field, fields) {
        const place = placeOf(field, 4)
        return place === undefined ? undefined : tableAt(behind(place), fields)
      },
      tables: (field, fields) => each(field, 4, (at) => tableAt(behind(at), fields)),
      ints: (field) => each(field, 4, (at) => view.getInt32(at, true)),
      longs: (field) => each(field, 8, (at) => exactLong(view, at)),
      structs: (field, width, read) => each(field, width, (at) => read(view, at)),
    }
  }

  return {
    root: tableAt(behind(0), fields),
    end: () => isRead.lastIndexOf(1) + 1,
    slack: () =>
      unread(isRead)
        .map(({ from, to }) => bytes.slice(from, to))
        .filter((part) => part.some((byte) => byte !== 0)),
  }
}

/** Where nothing was read. */
export function unread(isRead: Uint8Array): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = []
  for (let from = isRead.indexOf(0); from >= 0; ) {
    const end = isRead.indexOf(1, from)
    found.push({ from, to: end < 0 ? isRead.length : end })
    from = end < 0 ? end : isRead.indexOf(0, end)
  }
  return found
}

/** A number of 64 bits, the lowest byte first. @throws ColumnFault unless a double holds it exactly */
export function exactLong(view: DataView, at: number): number {
  const value = view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
  if (!Number.isSafeInteger(value)) throw corrupt('arrow: expected a number below 2^53')
  return value
}
