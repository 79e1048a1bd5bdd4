/** A table of dBASE with one column of characters, whose values are a document's lines. */
export function writeDbf(lines: readonly Uint8Array[]): Buffer {
  const width = Math.max(1, ...lines.map((line) => line.length))
  const header = Buffer.alloc(65)
  header.set([0x03, 126, 1, 31])
  header.writeUInt32LE(lines.length, 4)
  header.writeUInt16LE(header.length, 8)
  header.writeUInt16LE(width + 1, 10)
  header.write('TEXT', 32)
  header.write('C', 43)
  header.writeUInt16LE(width, 48)
  header[64] = 0x0d
  const records = lines.map((line) => Buffer.concat([Buffer.from(' '), line, Buffer.alloc(width - line.length, ' ')]))
  return Buffer.concat([header, ...records, Buffer.from([0x1a])])
}
