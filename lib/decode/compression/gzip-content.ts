import { crc32 } from 'node:zlib'
import type { ByteSource } from '../byte-source.ts'
import { countProduced, type Decoding, DecodingStopped } from '../decoding.ts'
import type { Format } from '../format.ts'
import { once, readRaw } from '../raw-content.ts'
import type { Engine } from './engine.ts'
import { readGzipHeader } from './gzip-header.ts'
import { inflateFailure } from './inflate-failure.ts'
import { openEngine } from './run-engine.ts'
import { skipZeros } from './skip-zeros.ts'
import { unwrap } from './unwrap.ts'

/** RFC 1952. */
export const gzip: Format = {
  name: 'gzip',
  kind: 'compression',
  isFormat: isGzip,
  async read({ source, path }, decoding) {
    const engine = openEngine({ name: 'inflate-raw' })
    try {
      await unwrap(gzipContent(source, engine, path, decoding), path, decoding)
    } finally {
      engine.close()
    }
  },
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && (head.length === 2 || head[2] === 8)
}

/**
 * The content of all members of a gzip file (RFC 1952), one after the other, and zero padding after each; every
 * checksum and size is checked. What follows the last one stays in `source`. Header texts are contents of their own:
 * `[...path, 'header', 'name']`, from the second member on `header-2` and so on.
 */
async function* gzipContent(
  source: ByteSource,
  engine: Engine,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  let offset = 0
  for (let member = 1; ; member++) {
    const header = await readGzipHeader(source, path, offset)
    const headerPath = [...path, member === 1 ? 'header' : `header-${member}`]
    if (header.name.length > 0) await readRaw(once(header.name), [...headerPath, 'name'], decoding, { kind: 'any' })
    if (header.comment.length > 0)
      await readRaw(once(header.comment), [...headerPath, 'comment'], decoding, { kind: 'any' })
    for (const [index, field] of header.extra.entries())
      await readRaw(once(field), [...headerPath, index === 0 ? 'extra' : `extra-${index + 1}`], decoding)

    const from = offset
    let checksum = 0
    try {
      for await (const output of engine.run(source.take, source.giveBack)) {
        checksum = crc32(output, checksum)
        countProduced(decoding, output.length, path, offset)
        offset += output.length
        yield output
      }
    } catch (error) {
      throw inflateFailure(error, path, offset, 'gzip')
    }

    const trailer = await source.peek(8)
    if (trailer.length < 8) throw new DecodingStopped('truncated', path, offset, 'gzip: expected a trailer of 8 bytes')
    const view = new DataView(trailer.buffer, trailer.byteOffset, 8)
    if (view.getUint32(0, true) !== checksum)
      throw new DecodingStopped('corrupt', path, offset, 'gzip: expected the checksum to match')
    if (view.getUint32(4, true) !== (offset - from) % 2 ** 32)
      throw new DecodingStopped('corrupt', path, offset, 'gzip: expected the size to match')
    source.skip(8)

    await skipZeros(source)
    if (!isGzip(await source.peek(3))) return
  }
}
