import { createHash } from 'node:crypto'
import type { Decoding } from '../../decoding.ts'
import { type ArchiveNames, archiveNames } from '../archive-names.ts'
import type { ReadEntries } from './zip-directory.ts'
import { flag, type ZipEntry } from './zip-records.ts'

/** The entries that begin within so many bytes are a part: they have one content of names, and can be read without the other parts. */
export const partBytes = 2 ** 24

/** A part by its first entry's offset, how many entries it has, and a digest over all that local header and directory both say of them. */
export type ZipPart = { readonly start: number; readonly entries: number; readonly digest: string }

/** What a directory says of an archive: the parts, in order, and where the directory begins. */
export type ZipLayout = { readonly parts: readonly ZipPart[]; readonly directory: number }

const bufferSize = 64 * 1024
const numbersLength = 33

/** Makes parts of entries that come in the order of their offsets. `add` answers whether this one does. */
export function partsOfEntries(most: number): { add(offset: number, entry: ZipEntry): boolean; parts(): ZipPart[] } {
  const parts: ZipPart[] = []
  const buffer = Buffer.allocUnsafe(bufferSize)
  let hash = createHash('sha256')
  let held = 0
  let start = 0
  let entries = 0
  let last = -1

  function flush(): void {
    hash.update(buffer.subarray(0, held))
    held = 0
  }
  function endPart(): void {
    if (entries === 0) return
    flush()
    parts.push({ start, entries, digest: hash.digest('hex') })
    hash = createHash('sha256')
    entries = 0
  }
  return {
    add(offset, { flags, method, crc, storedSize, size, name }) {
      if (offset <= last) return false
      if (Math.floor(offset / most) > Math.floor(start / most)) endPart()
      if (entries === 0) start = offset
      last = offset
      entries += 1
      if (held + numbersLength > bufferSize) flush()
      buffer.writeDoubleLE(offset, held)
      buffer.writeDoubleLE(storedSize, held + 8)
      buffer.writeDoubleLE(size, held + 16)
      buffer.writeUInt32LE(crc, held + 24)
      buffer.writeUInt16LE(method, held + 28)
      buffer.writeUInt16LE(name.length, held + 30)
      buffer[held + 32] = flags & flag.encrypted
      held += numbersLength
      if (held + name.length > bufferSize) flush()
      held += name.copy(buffer, held)
      return true
    },
    parts() {
      endPart()
      return parts
    },
  }
}

/** Entries of an archive that were read, without those of other parts. */
export type PartEntries = ReadEntries & {
  /** Whether they are those that the layout has there; `isLast`: and the directory is the one that the layout was made of. */
  areRight(isLast: boolean): boolean
}

/** Notes entries from the part `first` on, to hold them against the layout up to where the range of bytes ends. */
export function entriesOfParts(layout: ZipLayout, first: number, to: number, most: number): PartEntries {
  const own = partsOfEntries(most)
  const directory = partsOfEntries(most)
  const expected = layout.parts.slice(first).filter(({ start }) => start < to)
  let count = layout.parts.slice(0, first).reduce((sum, { entries }) => sum + entries, 0)
  let matched = 0
  return {
    add(offset, entry) {
      own.add(offset, entry)
      count += 1
    },
    match(entry) {
      matched += 1
      return directory.add(entry.offset, entry)
    },
    count: () => count,
    matched: () => matched,
    areRight: (isLast) => areSame(own.parts(), expected) && (!isLast || areSame(directory.parts(), layout.parts)),
    release() {},
  }
}

function areSame(some: readonly ZipPart[], others: readonly ZipPart[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ start, entries, digest }, at) => {
      const other = others[at]!
      return start === other.start && entries === other.entries && digest === other.digest
    })
  )
}

/** Names of an archive in parts: `names`, then `names-2` and so on. */
export type PartNames = ArchiveNames & {
  /** An entry begins here, of which the next cells are; the names of a part before it are complete. */
  beginEntry(offset: number): Promise<void>
}

/** `first`: the part that the first entry is of, from 0 on. */
export function namesOfParts(path: readonly string[], decoding: Decoding, most: number, first = 0): PartNames {
  const open = (part: number) => archiveNames(path, decoding, part === 0 ? 'names' : `names-${part + 1}`)
  let part = first
  let names = open(part)
  let range: number | undefined
  return {
    cell: (bytes) => names.cell(bytes),
    field: (bytes) => names.field(bytes),
    row: () => names.row(),
    rowIfAny: () => names.rowIfAny(),
    flush: () => names.flush(),
    end: () => names.end(),
    async beginEntry(offset) {
      const next = Math.floor(offset / most)
      if (range !== undefined && next > range) {
        await names.end()
        part += 1
        names = open(part)
      }
      range = next
    },
  }
}
