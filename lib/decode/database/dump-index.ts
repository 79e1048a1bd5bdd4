import type { ByteSource } from '../byte-source.ts'
import type { Decoding } from '../decoding.ts'
import { readRaw } from '../raw-content.ts'
import { textWriter } from './row-writer.ts'

const width = 8
const step = 2 ** 20
/** That of a table of 128 GiB. */
const mostBytes = 2 ** 20
/** So many numbers are told by nothing but zeros before them. */
const fewNumbers = 2

/** Whether a content may be an index of a dump. `head`: its first bytes. */
export function mayBeDumpIndex(head: Uint8Array): boolean {
  return head.length >= width && numberAt(viewOf(head), 0) < 2 * step
}

/**
 * The numbers of what MySQL Shell writes beside each file of rows (`*.idx`, `Dump_writer::write_index`): where in them the first row ends behind each MiB, and how many bytes all have, in eight
 * bytes each, the highest first. So number `i` is in MiB `i + 1`, the last one in that of the one before, and of each nothing but 20 bits is not known beforehand: less than three characters, behind
 * five bytes of which three are zero. Absent: it is not one, as that of rows of more than a MiB.
 */
function dumpIndexOf(bytes: Uint8Array): number[] | undefined {
  if (bytes.length === 0 || bytes.length % width !== 0 || bytes.length > mostBytes) return undefined
  const view = viewOf(bytes)
  const numbers = Array.from({ length: bytes.length / width }, (_, index) => numberAt(view, width * index))
  const last = numbers.length - 1
  if (numbers.some((number, index) => Math.floor(number / step) !== Math.min(index + 1, last))) return undefined
  return numbers[last]! < (numbers[last - 1] ?? 0) ? undefined : numbers
}

/** Reads such an index, if it is one: as it is, and its numbers as lines of `[...path, 'numbers']`. */
export async function readDumpIndex(source: ByteSource, path: readonly string[], decoding: Decoding): Promise<boolean> {
  const bytes = Buffer.from(await source.peekSome(mostBytes + 1))
  const numbers = dumpIndexOf(bytes)
  if (numbers === undefined) return false
  // As a source, which may fail behind what it showed.
  await readRaw(source, path, decoding, { kind: 'structure' })
  const rows = textWriter([...path, 'numbers'], decoding)
  for (const number of numbers) {
    rows.ascii(String(number))
    if (numbers.length <= fewNumbers) for (const other of otherReadings(number)) rows.ascii(other)
    await rows.endRow()
  }
  await rows.end()
  return true
}

/** What else a number with five zeros before it may be: one of 32 or 16 bits in the other order, one in two digits a byte. */
function otherReadings(number: number): string[] {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  const digits = number.toString(16)
  return [bytes.readUInt32LE(), bytes.readUInt16LE(2), ...(/^\d+(?=[a-f]?$)/.exec(digits) ?? [])].map(String)
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
const numberAt = (view: DataView, at: number) => view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4)
