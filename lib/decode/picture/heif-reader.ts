import { byteSource } from '../byte-source.ts'
import { inOne } from '../next-bytes.ts'
import { type Box, boxesOf, type Fields, fieldsOf } from './heif-boxes.ts'
import { type Metadata, withoutZerosBehind } from './metadata.ts'
import { readUnknown } from './picture-parts.ts'

/** One item: of what type it is, and what a type of media it has. `extents`: where it stands; `inMeta`: within `idat`, not within the file. */
export type Item = { id: number; type: string; contentType: string }
export type Place = { inMeta: boolean; extents: { from: number; length: number }[] }

/** What is said about the items of a file. `properties`: of an item, those that it has, by their numbers from 1 on. */
export type Meta = {
  items: Item[]
  places: Map<number, Place>
  /** How many bytes lengths of units of HEVC have. */
  lengthSize: number
  references: { type: string; from: number; to: number[] }[]
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

/** Version and flags that are zero. */
export function expectPlain(fields: Fields, metadata: Metadata): void {
  if (fields.uint(4) !== 0) metadata.gap('unsupported-format', 'expected versions and flags that are known')
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
