/** A value of a page, of a type of TIFF; numbers are given as their bytes. */
export type TiffEntry = { tag: number; type: number; count: number; value: Uint8Array }

const headerLength = 8

export function shorts(tag: number, ...numbers: number[]): TiffEntry {
  const value = Buffer.alloc(2 * numbers.length)
  for (const [index, number] of numbers.entries()) value.writeUInt16LE(number, 2 * index)
  return { tag, type: 3, count: numbers.length, value }
}

export function longs(tag: number, ...numbers: number[]): TiffEntry {
  const value = Buffer.alloc(4 * numbers.length)
  for (const [index, number] of numbers.entries()) value.writeUInt32LE(number, 4 * index)
  return { tag, type: 4, count: numbers.length, value }
}

/** A grey picture of 8 bits a pixel in TIFF, one strip, with more values, or others of the same tags. */
export function tiffOf(
  entries: readonly TiffEntry[],
  {
    strip = Buffer.from([128]),
    width = 1,
    height = 1,
    compression = 1,
  }: { strip?: Uint8Array; width?: number; height?: number; compression?: number } = {},
): Buffer {
  const own = [
    shorts(0x0100, width),
    shorts(0x0101, height),
    shorts(0x0102, 8),
    shorts(0x0103, compression),
    shorts(0x0106, 1),
    longs(0x0111, headerLength),
    longs(0x0117, strip.length),
  ].filter(({ tag }) => entries.every((entry) => entry.tag !== tag))
  const all = [...entries, ...own].sort((a, b) => a.tag - b.tag)
  const directoryAt = headerLength + strip.length + (strip.length & 1)
  let at = directoryAt + 6 + 12 * all.length
  const header = Buffer.from('II*\0\0\0\0\0')
  header.writeUInt32LE(directoryAt, 4)
  const count = Buffer.from([all.length, 0])
  const values: Uint8Array[] = []
  const directory = all.map(({ tag, type, count, value }) => {
    const entry = Buffer.alloc(12)
    entry.writeUInt16LE(tag)
    entry.writeUInt16LE(type, 2)
    entry.writeUInt32LE(count, 4)
    if (value.length <= 4) entry.set(value, 8)
    else {
      entry.writeUInt32LE(at, 8)
      at += value.length + (value.length & 1)
      values.push(value, Buffer.alloc(value.length & 1))
    }
    return entry
  })
  return Buffer.concat([header, strip, Buffer.alloc(strip.length & 1), count, ...directory, Buffer.alloc(4), ...values])
}

/** A picture of one pixel in TIFF, with a document where its XMP is. */
export function writeTiff(document: Uint8Array): Buffer {
  return tiffOf([{ tag: 0x02bc, type: 1, count: document.length, value: document }])
}

const [fileHeader, infoHeader] = [14, 124]

/** A picture of one white pixel in BMP, with the name of a profile behind it, which is text. */
export function writeBmp(name: Uint8Array): Buffer {
  const header = Buffer.alloc(fileHeader + infoHeader)
  const pixel = Buffer.from([255, 255, 255, 0])
  header.write('BM')
  header.writeUInt32LE(header.length + pixel.length + name.length, 2)
  for (const [at, number] of [
    [10, header.length],
    [14, infoHeader],
    [18, 1],
    [22, 1],
    [34, pixel.length],
    [70, 0x4c494e4b],
    [126, infoHeader + pixel.length],
    [130, name.length],
  ] as const)
    header.writeUInt32LE(number, at)
  header.writeUInt16LE(1, 26)
  header.writeUInt16LE(24, 28)
  return Buffer.concat([header, pixel, name])
}
