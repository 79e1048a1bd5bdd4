import { byteSource } from '../byte-source.ts'
import { inOne } from '../next-bytes.ts'
import { withoutZerosBehind } from '../zeros.ts'
import { type Box, boxesOf, type Fields, fieldsOf } from './heif-boxes.ts'
import type { Metadata } from './metadata.ts'
import { readUnknown } from './picture-parts.ts'

/** One item: of what type it is; of what type of media, and in which encoding, where that is told. */
export type Item = { id: number; type: string; contentType: string; encoding: string }
/** Where an item stands: within `idat`, or within the file. */
export type Place = { inMeta: boolean; extents: { from: number; length: number }[] }

/** What is said about the items of a file. */
export type Meta = {
  items: Item[]
  places: Map<number, Place>
  /** How many bytes lengths of units of HEVC have. */
  lengthSize: number
  references: { type: string; from: number; to: number[] }[]
  /** Items and groups that are named anywhere, and groups that there are. */
  named: Set<number>
  groups: Set<number>
  /** What stands in `idat`. */
  data: Buffer
}

export type BoxReader = (fields: Fields, metadata: Metadata, meta: Meta) => Promise<void> | void

/** Does what reads the fields of a box, which has to be all of it. */
export async function readBox(box: Box, read: BoxReader, metadata: Metadata, meta: Meta): Promise<void> {
  const fields = fieldsOf(box.body)
  try {
    await read(fields, metadata, meta)
    if (fields.left() === 0) return
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  metadata.gap('corrupt', 'expected boxes of the length of what is in them')
}

/** Reads the boxes in another one, of the types that there are readers for. */
export async function readBoxes(
  body: Buffer,
  readers: Readonly<Record<string, BoxReader>>,
  metadata: Metadata,
  meta: Meta,
): Promise<void> {
  for (const box of boxesOf(body)) {
    const read = Object.hasOwn(readers, box.type) ? readers[box.type] : undefined
    await (read === undefined ? readOtherBox(box, metadata) : readBox(box, read, metadata, meta))
  }
}

/** The version of a box (ISO/IEC 14496-12, 4.2), behind which there are flags that are zero. */
export function versionOf(fields: Fields, metadata: Metadata, mostVersion = 0, mostFlags = 0): number {
  const { version, flags } = fields.full()
  if (version > mostVersion || flags > mostFlags)
    metadata.gap('unsupported-format', 'expected versions and flags that are known')
  return version
}

/** What is no description of a picture: room that is kept free, or a box that nobody knows here. */
export async function readOtherBox({ type, body }: Box, metadata: Metadata): Promise<void> {
  await metadata.text(Buffer.from(type, 'latin1'))
  if (type === 'moov' || type === 'moof')
    return metadata.gap('unsupported-format', 'expected pictures alone, got what moves')
  const content = withoutZerosBehind(body)
  if (content.length === 0) return
  await readUnknown(
    byteSource(inOne(content)),
    metadata.pathOf('box'),
    metadata.decoding,
    'heif: expected boxes that are read',
  )
}
