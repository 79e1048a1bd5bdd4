import { deflateSync } from 'node:zlib'
import { crc32 } from '../../../checksums/crc32.ts'

export function pngChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), data, Buffer.alloc(4)])
  chunk.writeUInt32BE(data.length)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4)
  return chunk
}

export const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** A picture of one grey pixel in PNG, with a document as a text in UTF-8. */
export function writePng(document: Uint8Array): Buffer {
  return Buffer.concat([
    pngSignature,
    pngChunk('IHDR', Buffer.from('00000001000000010800000000', 'hex')),
    pngChunk('iTXt', Buffer.concat([Buffer.from('Comment\0\0\0\0\0'), document])),
    pngChunk('IDAT', deflateSync(Buffer.from([0, 128]))),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

/** Data of GIF, in blocks. */
export function gifBlocks(data: Uint8Array): Buffer {
  const blocks: Uint8Array[] = []
  for (let at = 0; at < data.length; at += 255) {
    const block = data.subarray(at, at + 255)
    blocks.push(Buffer.from([block.length]), block)
  }
  return Buffer.concat([...blocks, Buffer.from([0])])
}

/** A picture of one pixel in GIF, with a document as a comment. */
export function writeGif(document: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from('474946383961010001008000000000ffffff00', 'hex'),
    Buffer.from([0x21, 0xfe]),
    gifBlocks(document),
    Buffer.from('2c0000000001000100000202440100', 'hex'),
    Buffer.from([0x3b]),
  ])
}
