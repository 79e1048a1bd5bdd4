/** zstd frames and gzip members written by hand, for headers that no tool writes. */

export type Block = { type: 'raw' | 'rle' | 'reserved'; bytes: Buffer; size?: number }

const types = { raw: 0, rle: 1, reserved: 3 }

export const raw = (text: string): Block => ({ type: 'raw', bytes: Buffer.from(text) })

function blockBytes(block: Block, last: boolean): Buffer {
  const header = Buffer.alloc(3)
  header.writeUIntLE(((block.size ?? block.bytes.length) << 3) | (types[block.type] << 1) | (last ? 1 : 0), 0, 3)
  return Buffer.concat([header, block.bytes])
}

export const zstdMagic = Buffer.from('28b52ffd', 'hex')

/** A frame without checksum, of a window of 2^`windowLog`, optionally stating a content size in 4 bytes. */
export function zstdFrame(
  blocks: readonly Block[],
  options: { windowLog?: number; contentSize?: number } = {},
): Buffer {
  const { windowLog = 17, contentSize } = options
  const size = Buffer.alloc(contentSize === undefined ? 0 : 4)
  if (contentSize !== undefined) size.writeUInt32LE(contentSize)
  const header = Buffer.from([contentSize === undefined ? 0 : 0x80, (windowLog - 10) << 3])
  return Buffer.concat([
    zstdMagic,
    header,
    size,
    ...blocks.map((block, index) => blockBytes(block, index === blocks.length - 1)),
  ])
}

export function skippable(content: Buffer, nibble = 0): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt32LE(0x184d2a50 + nibble)
  header.writeUInt32LE(content.length, 4)
  return Buffer.concat([header, content])
}

/** The seek table of zstd's seekable format over frames of these sizes. */
export function seekTable(frames: readonly { stored: number; decoded: number }[]): Buffer {
  const table = Buffer.alloc(frames.length * 8 + 9)
  for (const [index, { stored, decoded }] of frames.entries()) {
    table.writeUInt32LE(stored, index * 8)
    table.writeUInt32LE(decoded, index * 8 + 4)
  }
  table.writeUInt32LE(frames.length, frames.length * 8)
  table.writeUInt32LE(0x8f92eab1, frames.length * 8 + 5)
  return skippable(table, 14)
}
