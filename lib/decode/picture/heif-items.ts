import { byteSource } from '../byte-source.ts'
import { countMember, countProduced } from '../decoding.ts'
import type { ByteRange } from '../format.ts'
import { inOne } from '../next-bytes.ts'
import { isZeros, withoutZerosBehind } from '../zeros.ts'
import { av1Units } from './av1-units.ts'
import { readExif } from './exif.ts'
import { readGainMap } from './gain-map.ts'
import { type Box, fieldsOf } from './heif-boxes.ts'
import type { Item, Meta, Place } from './heif-reader.ts'
import { readHevc } from './hevc-units.ts'
import type { Metadata } from './metadata.ts'
import { readUnknown } from './picture-parts.ts'

/** Files have one box of data, or few. */
const mostMedia = 64

/** Reads what stands in items. `media`: the boxes of a file in which they do. Of several items in the same bytes one of each type is read. */
export async function readItems(bytes: Buffer, media: readonly Box[], meta: Meta, metadata: Metadata): Promise<void> {
  const inFile = media.map(({ from, body }) => ({ from, to: from + body.length }))
  const inMeta = [{ from: 0, to: meta.data.length }]
  const read = new Set<string>()
  const claims: Record<'file' | 'meta', ByteRange[]> = { file: [], meta: [] }
  const ids = new Set(meta.items.map(({ id }) => id))
  const isUnknown = (id: number) => !ids.has(id)
  const unnamed = [...meta.named].filter((id) => !meta.groups.has(id)).some(isUnknown)
  if (ids.size < meta.items.length || unnamed || [...meta.places.keys()].some(isUnknown))
    metadata.gap('corrupt', 'expected one description of each item')
  if (media.length > mostMedia) return metadata.gap('corrupt', `expected at most ${mostMedia} boxes of data`)

  for (const item of meta.items) {
    countMember(metadata.decoding, metadata.path)
    const place: Place = meta.places.get(item.id) ?? { inMeta: false, extents: [] }
    const ranges = place.extents.map(({ from, length }) => ({ from, to: from + length }))
    const within = place.inMeta ? inMeta : inFile
    if (
      !ranges.every((range) =>
        within.some(({ from, to }) => from <= range.from && range.to <= to && range.from < range.to),
      )
    ) {
      metadata.gap('corrupt', 'expected items within the data of the file')
      continue
    }
    const all = place.inMeta ? meta.data : bytes
    const length = ranges.reduce((sum, { from, to }) => sum + to - from, 0)
    if (length > all.length) {
      metadata.gap('corrupt', 'expected pieces of an item that are apart')
      continue
    }
    claims[place.inMeta ? 'meta' : 'file'].push(...ranges)
    const key = JSON.stringify([place, item.type, item.contentType, item.encoding])
    if (read.has(key)) continue
    read.add(key)
    // Many may be in the same bytes.
    countProduced(metadata.decoding, length, metadata.path, 0)
    const data =
      ranges.length === 1
        ? all.subarray(ranges[0]!.from, ranges[0]!.to)
        : Buffer.concat(ranges.map(({ from, to }) => all.subarray(from, to)))
    await readWhole(item, data, meta, metadata)
  }
  const unused = [
    ...unusedOf(bytes, inFile, claims.file, metadata),
    ...unusedOf(meta.data, inMeta, claims.meta, metadata),
  ]
  for (const piece of unused)
    await readUnknown(
      byteSource(inOne(piece)),
      metadata.pathOf('unused'),
      metadata.decoding,
      'heif: expected data that is of an item',
    )
}

/** What no item has of the data, but zeros; it is a gap where two pieces of items that are not the same share bytes. */
function unusedOf(
  bytes: Buffer,
  within: readonly ByteRange[],
  claims: readonly ByteRange[],
  metadata: Metadata,
): Buffer[] {
  const unique = new Map(claims.map((claim) => [`${claim.from} ${claim.to}`, claim]))
  const inOrder = [...unique.values()].sort((a, b) => a.from - b.from)
  const unused: Buffer[] = []
  let next = 0
  for (const { from, to } of within) {
    let end = from
    for (let claim = inOrder[next]; claim !== undefined && claim.to <= to; claim = inOrder[++next]) {
      if (claim.from < end) metadata.gap('corrupt', 'expected items that are apart')
      else unused.push(bytes.subarray(end, claim.from))
      end = Math.max(end, claim.to)
    }
    unused.push(bytes.subarray(end, to))
  }
  return unused.filter((piece) => !isZeros(piece))
}

async function readWhole(item: Item, data: Buffer, meta: Meta, metadata: Metadata): Promise<void> {
  try {
    await readItem(item, data, meta, metadata)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    metadata.gap('corrupt', 'expected items of the length of what is in them')
  }
}

const isMarkup = /html|xml/i

async function readItem(
  { id, type, contentType, encoding }: Item,
  data: Buffer,
  meta: Meta,
  metadata: Metadata,
): Promise<void> {
  const { decoding } = metadata
  if (type === 'hvc1') return readHevc(data, meta.lengthSize, metadata)
  if (type === 'av01') return av1Units(data, metadata)
  if (type === 'jpeg') return metadata.content('image', data)
  if (type === 'Exif') return readExifItem(data, metadata)
  if (type === 'mime' && encoding !== '') metadata.gap('unsupported-format', 'expected items that are not encoded')
  if (type === 'mime' && contentType === 'application/rdf+xml') return metadata.content('xmp', withoutZerosBehind(data))
  if (type === 'mime') return metadata.content('item', data, isMarkup.test(contentType))
  if (type === 'grid') return readGrid(data, metadata)
  if (type === 'iovl')
    return readOverlay(
      data,
      meta.references.filter((each) => each.type === 'dimg' && each.from === id),
      metadata,
    )
  if (type === 'tmap' && data[0] === 0) return readGainMap(data.subarray(1), metadata)
  if (type === 'iden' && data.length === 0) return
  await readUnknown(byteSource(inOne(data)), metadata.pathOf('item'), decoding, 'heif: expected items that are read')
}

/** What JPEG has before them, with or without its own marker and length. */
const behindMark = /^(?:(?:\xff\xe1[\s\S]{2})?Exif\0\0)?$/

/** ISO/IEC 23008-12, A.2.1: where the directories begin, behind what JPEG has before them. */
async function readExifItem(data: Buffer, metadata: Metadata): Promise<void> {
  const fields = fieldsOf(data)
  const before = fields.bytes(fields.uint(4))
  if (!behindMark.test(before.toString('latin1'))) metadata.gap('corrupt', 'expected Exif where it begins')
  await readExif(fields.rest(), metadata.pathOf('exif'), metadata.decoding)
}

/** ISO/IEC 23008-12, 6.6.2.3: how many pictures there are in each row and column, and the size of them all. */
async function readGrid(data: Buffer, metadata: Metadata): Promise<void> {
  const fields = fieldsOf(data)
  const [version, flags] = [fields.uint(1), fields.uint(1)]
  await metadata.numbers([fields.uint(1) + 1, fields.uint(1) + 1, ...fields.uints(2, flags === 0 ? 2 : 4)])
  if (version !== 0 || flags > 1 || fields.left() > 0)
    metadata.gap('unsupported-format', 'expected a grid that is read')
}

/** ISO/IEC 23008-12, 6.6.2.2: a colour, a size, and the place of each picture that is laid over it. */
async function readOverlay(data: Buffer, references: Meta['references'], metadata: Metadata): Promise<void> {
  const fields = fieldsOf(data)
  const [version, flags] = [fields.uint(1), fields.uint(1)]
  const count = references.reduce((sum, { to }) => sum + to.length, 0)
  await metadata.numbers([...fields.uints(4, 2), ...fields.uints(2 + 2 * count, flags === 0 ? 2 : 4)])
  if (version !== 0 || flags > 1 || fields.left() > 0)
    metadata.gap('unsupported-format', 'expected an overlay that is read')
}
