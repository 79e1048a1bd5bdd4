import { beginsWith } from '../begins-with.ts'
import type { ByteSource } from '../byte-source.ts'
import { skipZeros } from '../compression/skip-zeros.ts'
import { countMember, stopOf } from '../decoding.ts'
import type { Format } from '../format.ts'
import { takeBytes } from '../next-bytes.ts'
import { readAsWritten } from './as-written.ts'
import { applicationData } from './jpeg-application.ts'
import {
  type Frame,
  type HuffmanTables,
  isQuantization,
  parseFrame,
  parseScan,
  readHuffmanTables,
} from './jpeg-frame.ts'
import { readCoded } from './jpeg-scan.ts'
import { type Metadata, metadataOf } from './metadata.ts'
import { addPicture } from './pixels.ts'

const start = Buffer.from([0xff, 0xd8, 0xff])
const mark = { start: 0xd8, end: 0xd9, huffman: 0xc4, quantization: 0xdb, interval: 0xdd, scan: 0xda, comment: 0xfe }

/** As many bytes as somebody may have put before a marker (B.1.1.2). */
const mostFill = 65_536

/**
 * Pictures in JPEG (ITU-T T.81): baseline, extended and progressive ones with Huffman codes, and those right behind their end (CIPA DC-007). All of it is pushed as it is written;
 * `metadata` has comments and what JFIF, Exif, IPTC and others say, and `xmp`, `thumbnail` and the like are contents. The coded data is
 * walked through, so that it is known to end with what is shown.
 */
export const jpeg: Format = {
  name: 'jpeg',
  kind: 'picture',
  isFormat: (head) => beginsWith(head, start),
  async read({ source, path }, decoding) {
    addPicture(decoding, path)
    const metadata = metadataOf('jpeg', path, decoding)
    const isWhole = await readAsWritten(source, path, decoding, readPictures(source, metadata))
    await metadata.end(isWhole)
  },
}

async function* readPictures(source: ByteSource, metadata: Metadata): AsyncGenerator<Uint8Array> {
  do {
    countMember(metadata.decoding, metadata.path)
    const { heldBytes } = metadata.decoding
    try {
      yield* readPicture(source, metadata)
    } finally {
      metadata.decoding.heldBytes = heldBytes
    }
    // Pictures of cameras begin at multiples of a block.
    await skipZeros(source)
  } while (beginsWith(await source.peekSome(start.length), start))
}

async function* readPicture(source: ByteSource, metadata: Metadata): AsyncGenerator<Uint8Array> {
  const stop = stopOf('jpeg', metadata.path)
  const application = applicationData(metadata)
  const tables: HuffmanTables = [[], []]
  let frame: Frame | undefined
  let interval = 0
  let fill = 0

  async function take(count: number): Promise<Buffer> {
    const bytes = await takeBytes(source, count)
    if (bytes === undefined) throw stop('truncated', 'expected more bytes of a segment')
    return bytes
  }

  yield await take(2)
  try {
    for (;;) {
      const marker = (await source.peek(2)).subarray(0, 2)
      const code = marker[1]
      if (code === undefined) throw stop('truncated', 'expected more segments')
      if (marker[0] !== 0xff) throw stop('corrupt', 'expected a marker')
      if (code === 0xff && ++fill > mostFill) throw stop('corrupt', 'expected a marker behind fill bytes')
      const passed = marker.subarray(0, code === 0xff ? 1 : 2)
      yield passed
      source.skip(passed.length)
      if (code === 0xff) continue
      fill = 0
      if (code === mark.end) break
      if (code < 0xc0 || (code >= 0xd0 && code <= mark.start)) throw stop('corrupt', 'expected the marker of a segment')
      const told = await take(2)
      yield told
      const length = told.readUInt16BE()
      if (length < 2) throw stop('corrupt', 'expected the length of a segment')
      const payload = await take(length - 2)
      yield payload
      if (code >= 0xe0 && code <= 0xef) await application.segment(code, payload)
      else if (code === mark.comment) await application.comment(payload)
      else if (code === mark.quantization) {
        if (!isQuantization(payload)) throw stop('corrupt', 'expected tables of quantization')
      } else if (code === mark.huffman) {
        if (!readHuffmanTables(payload, tables)) throw stop('corrupt', 'expected tables of Huffman codes')
      } else if (code === mark.interval) {
        if (payload.length !== 2) throw stop('corrupt', 'expected an interval of restarts')
        interval = payload.readUInt16BE()
      } else if (code >= 0xc0 && code <= 0xc2) {
        const parsed = frame === undefined ? parseFrame(code, payload) : undefined
        if (parsed === undefined) throw stop('corrupt', 'expected one frame')
        frame = parsed
        await metadata.numbers([frame.width, frame.height])
      } else if (code === mark.scan) {
        const scan = frame && parseScan(payload, frame, tables)
        if (frame === undefined || scan === undefined) throw stop('corrupt', 'expected a scan of the frame')
        yield* readCoded(source, { frame, scan, interval }, metadata)
      } else throw stop('unsupported-format', 'expected segments that are read')
    }
    if (frame === undefined || frame.components.some(({ codedTo }) => codedTo[0] === -1))
      throw stop('corrupt', 'expected scans of all components')
  } finally {
    await application.end()
  }
}
