import type { Decoding, Stop } from '../../decoding.ts'
import { takeBytes } from '../../next-bytes.ts'
import type { PositionedSource } from '../positioned-source.ts'
import type { ReadEntries } from './zip-directory.ts'
import type { PartNames } from './zip-parts.ts'

/** One zip file that is being read. */
export type ZipReading = {
  readonly source: PositionedSource
  readonly path: readonly string[]
  readonly decoding: Decoding
  readonly names: PartNames
  readonly entries: ReadEntries
  readonly stop: Stop
}

/** The number that the next record begins with. */
export async function nextRecord({ source, stop }: ZipReading): Promise<number> {
  const bytes = await source.peek(4)
  if (bytes.length < 4) throw stop('truncated', 'expected a central directory and its end')
  return Buffer.from(bytes.buffer, bytes.byteOffset, 4).readUInt32LE(0)
}

/** Takes a record: `length` bytes, and as many more as the fields of 16 bits at `more` say. */
export async function takeRecord({ source, stop }: ZipReading, length: number, more: number[]): Promise<Buffer> {
  const head = await source.peek(length)
  if (head.length < length) throw stop('truncated', 'expected more bytes of a record')
  const view = Buffer.from(head.buffer, head.byteOffset, length)
  const bytes = await takeBytes(source, length + more.reduce((sum, at) => sum + view.readUInt16LE(at), 0))
  if (bytes === undefined) throw stop('truncated', 'expected more bytes of a record')
  return bytes
}
