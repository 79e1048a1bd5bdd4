import { hex } from './heif-sample.ts'
import { linesOf } from './lines-of.ts'

/** A grey picture of 8 by 8 pixels in JPEG, with a comment for each of a document's lines. */
export function writeJpeg(document: Uint8Array): Buffer {
  const quantization = Buffer.concat([hex('ffdb 0043 00'), Buffer.alloc(64, 1)])
  const frame = hex('ffc0 000b 08 0008 0008 01 01 11 00')
  // One code in either table: no difference, and the end of a block.
  const codes = ['00', '10'].map((table) => hex(`ffc4 0014 ${table} 01 ${'00'.repeat(16)}`))
  const scan = hex('ffda 0008 01 01 00 00 3f 00 3f')
  return Buffer.concat([
    hex('ffd8'),
    ...linesOf(document).map((line) => segment(0xfe, line)),
    quantization,
    frame,
    ...codes,
    scan,
    hex('ffd9'),
  ])
}

function segment(marker: number, payload: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(payload.length + 2, 2)
  return Buffer.concat([head, payload])
}

/** A picture of one pixel in WebP, without loss, with a document where its XMP is. */
export function writeWebp(document: Uint8Array): Buffer {
  const chunks = [
    chunk('VP8X', hex('04000000 000000 000000')),
    chunk('VP8L', hex('2f00000000 8888fe07')),
    chunk('XMP ', document),
  ]
  const body = Buffer.concat([Buffer.from('WEBP'), ...chunks])
  return chunk('RIFF', body)
}

function chunk(name: string, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(8)
  head.write(name)
  head.writeUInt32LE(bytes.length, 4)
  return Buffer.concat([head, bytes, Buffer.alloc(bytes.length % 2)])
}
