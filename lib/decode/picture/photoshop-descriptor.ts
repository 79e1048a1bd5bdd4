import type { Metadata } from './metadata.ts'
import { writeUtf16 } from './utf-16-text.ts'

/** Reads what Photoshop writes one behind the other; behind the end there are zeros and empty texts, and it is not `isWhole`. */
type Cursor = {
  number(size: number): number
  bytes(size: number): Buffer
  readonly isWhole: boolean
  readonly isAtEnd: boolean
}

function cursorOf(data: Buffer): Cursor {
  let at = 0
  let isWhole = true
  function bytes(size: number): Buffer {
    isWhole &&= at + size <= data.length
    if (!isWhole) return Buffer.alloc(0)
    at += size
    return data.subarray(at - size, at)
  }
  return {
    bytes,
    number(size) {
      const value = bytes(size)
      return isWhole ? value.readUIntBE(0, size) : 0
    },
    get isWhole() {
      return isWhole
    },
    get isAtEnd() {
      return at === data.length
    },
  }
}

const deepest = 16
const versionOfDescriptors = 16

/** A text behind the number of its characters. */
async function text(cursor: Cursor, metadata: Metadata): Promise<void> {
  await writeUtf16(cursor.bytes(2 * cursor.number(4)), 'utf-16be', metadata)
}

/** A name behind its length, or of four characters behind a zero. */
async function key(cursor: Cursor, metadata: Metadata): Promise<void> {
  await metadata.text(cursor.bytes(cursor.number(4) || 4))
}

/** A value of a type of four characters; false: of one that is not read. */
async function value(cursor: Cursor, metadata: Metadata, depth: number): Promise<boolean> {
  const type = cursor.bytes(4).toString('latin1')
  if (depth > deepest) return false
  switch (type) {
    case 'Objc':
    case 'GlbO':
      return object(cursor, metadata, depth + 1)
    case 'VlLs':
      for (let left = cursor.number(4); left > 0 && cursor.isWhole; left--)
        if (!(await value(cursor, metadata, depth + 1))) return false
      return true
    case 'TEXT':
      await text(cursor, metadata)
      return true
    case 'enum':
      await key(cursor, metadata)
      await key(cursor, metadata)
      return true
    case 'UntF':
      await metadata.text(cursor.bytes(4))
      await double(cursor, metadata)
      return true
    case 'doub':
      await double(cursor, metadata)
      return true
    case 'long':
      await metadata.numbers([cursor.number(4)])
      return true
    case 'bool':
      return cursor.number(1) <= 1
    default:
      return false
  }
}

async function double(cursor: Cursor, metadata: Metadata): Promise<void> {
  const bytes = cursor.bytes(8)
  if (bytes.length === 8) await metadata.numbers([bytes.readDoubleBE()])
}

async function object(cursor: Cursor, metadata: Metadata, depth: number): Promise<boolean> {
  await text(cursor, metadata)
  await key(cursor, metadata)
  for (let left = cursor.number(4); left > 0 && cursor.isWhole; left--) {
    await key(cursor, metadata)
    if (!(await value(cursor, metadata, depth))) return false
  }
  return true
}

async function descriptor(cursor: Cursor, metadata: Metadata): Promise<boolean> {
  return cursor.number(4) === versionOfDescriptors && (await object(cursor, metadata, 0))
}

/** Slices of version 6 (`1050` of the Photoshop File Formats Specification), and the same once more as a descriptor. */
async function slices(cursor: Cursor, metadata: Metadata): Promise<boolean> {
  if (cursor.number(4) !== 6) return false
  const numbers = async (count: number) => metadata.numbers(Array.from({ length: count }, () => cursor.number(4)))
  await numbers(4)
  await text(cursor, metadata)
  for (let left = cursor.number(4); left > 0 && cursor.isWhole; left--) {
    await numbers(2)
    const origin = cursor.number(4)
    if (origin === 1) await numbers(1)
    await text(cursor, metadata)
    await numbers(5)
    for (let texts = 0; texts < 4; texts++) await text(cursor, metadata)
    if (cursor.number(1) > 1 || origin > 2) return false
    await text(cursor, metadata)
    await numbers(3)
  }
  return cursor.isAtEnd || descriptor(cursor, metadata)
}

/** Reads how a picture is printed, or how it is cut into slices: texts and numbers as lines, with their names. What is of another kind, or more, is a gap. */
export async function readDescriptor(data: Buffer, kind: 'descriptor' | 'slices', metadata: Metadata): Promise<void> {
  const cursor = cursorOf(data)
  const isRead = await (kind === 'slices' ? slices : descriptor)(cursor, metadata)
  if (!isRead || !cursor.isWhole || !cursor.isAtEnd)
    metadata.gap('unsupported-format', 'expected a descriptor of Photoshop that is read')
}
