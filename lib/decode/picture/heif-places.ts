import { type BoxReader, versionOf } from './heif-reader.ts'

/** Where items stand (ISO/IEC 14496-12, 8.11.3): in pieces of the file, or of what stands in the description itself. */
export const readPlaces: BoxReader = (fields, metadata, meta) => {
  const version = versionOf(fields, metadata, 2)
  const sizes = fields.uint(2)
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15] as const
  const indexSize = sizes & 15
  if (![offsetSize, lengthSize, baseSize, indexSize].every((size) => size === 0 || size === 4 || size === 8))
    throw new RangeError('expected places of four or eight bytes')
  if (version === 0 && indexSize !== 0) metadata.gap('corrupt', 'expected reserved fields that are zero')
  const count = fields.uint(version < 2 ? 2 : 4)
  for (let index = 0; index < count; index++) {
    const id = fields.uint(version < 2 ? 2 : 4)
    const method = version === 0 ? 0 : fields.uint(2)
    if (method > 1 || fields.uint(2) !== 0) metadata.gap('unsupported-format', 'expected items that stand in the file')
    const base = fields.uint(baseSize)
    const pieces = fields.uint(2)
    if (pieces === 0 && base !== 0) metadata.gap('corrupt', 'expected places of something')
    if (pieces > 1 && offsetSize + lengthSize === 0) throw new RangeError('expected pieces that are told apart')
    const extents = Array.from({ length: pieces }, () => {
      // Of use for items that stand in others alone.
      if (version > 0 && fields.uint(indexSize) > 1)
        metadata.gap('unsupported-format', 'expected items that stand in the file')
      return { from: base + fields.uint(offsetSize), length: fields.uint(lengthSize) }
    })
    if (meta.places.has(id)) metadata.gap('corrupt', 'expected each item in one place')
    meta.places.set(id, { inMeta: method === 1, extents })
  }
}
