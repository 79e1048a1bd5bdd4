import type { ByteSource } from '../../byte-source.ts'
import { encodedCheck } from '../../checks/encoded-check.ts'
import { addGap, countProduced, type Decoding, DecodingStopped } from '../../decoding.ts'
import type { Content, Format } from '../../format.ts'
import type { Sink } from '../../sink.ts'
import type { EngineKind } from '../engine/engine.ts'
import { openEngine } from '../engine/run-engine.ts'
import { streamEngine } from '../engine/stream-engine.ts'
import { unwrap } from '../unwrap.ts'
import { brotliEdges } from './brotli-edges.ts'

/** RFC 7932. */
export const brotli = bareStream('brotli')
/** RFC 1951, without a header. */
export const deflate = bareStream('deflate')

/**
 * A compression that nothing in its bytes tells: it is read where somebody has declared it. Its decoder has to see its end, and
 * nothing may be behind that. A stream of brotli may hold bytes that decode to nothing ("metadata", section 9.2), so all of it is the content
 * `[...path, 'stored']` as well, as it is stored, and `[...path, 'edges']` what may stand at the edges of such bytes, a line each.
 */
function bareStream(name: 'brotli' | 'deflate'): Format {
  return { name, kind: 'compression', isFormat: () => false, read: readBareStream }

  async function readBareStream({ source, path }: Content, decoding: Decoding): Promise<void> {
    const stored = storedContent(source, path, decoding, name === 'brotli')
    try {
      await unwrap(contentOf(stored.source, path, decoding), path, decoding)
    } catch (error) {
      // What is not of this format is none the less looked at as it is.
      if (error instanceof DecodingStopped && !decoding.exhausted) await stored.end()
      throw error
    }
    if ((await source.peek(1)).length > 0)
      addGap(decoding, {
        reason: 'trailing-data',
        path,
        offset: 0,
        detail: `${name}: expected nothing behind the end of what was declared to be one stream`,
      })
    await stored.end()
  }

  async function* contentOf(
    source: ByteSource,
    path: readonly string[],
    decoding: Decoding,
  ): AsyncGenerator<Uint8Array> {
    const kind: EngineKind = { name: name === 'brotli' ? 'brotli' : 'inflate-raw' }
    const engine = kind.name === 'brotli' ? streamEngine(kind) : openEngine(kind, decoding.means)
    let offset = 0
    try {
      for await (const output of engine.run(source.take, source.giveBack)) {
        countProduced(decoding, output.length, path, offset)
        offset += output.length
        yield output
      }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      if (code === 'Z_BUF_ERROR')
        throw new DecodingStopped('truncated', path, offset, `${name}: expected the stream to go on`)
      if (code.startsWith('Z_') || code.startsWith('ERR_'))
        throw new DecodingStopped('corrupt', path, offset, `${name}: expected what was declared to be such a stream`)
      throw error
    } finally {
      engine.close()
    }
  }
}

/** A source whose bytes are a content as well, once they are taken; `end` takes what is left of them. */
function storedContent(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
  mayHoldMetadata: boolean,
): { source: ByteSource; end(): Promise<void> } {
  const place = [...path, 'stored']
  const sink = decoding.open(place)
  const edges = mayHoldMetadata ? edgesContent([...path, 'edges'], decoding) : undefined
  const encoded = encodedCheck({ isText: false })
  /** Bytes that were written and are taken again. */
  let again = 0
  async function take(): Promise<Uint8Array | undefined> {
    const chunk = await source.take()
    if (chunk === undefined) return undefined
    const fresh = chunk.subarray(Math.min(again, chunk.length))
    again -= chunk.length - fresh.length
    if (fresh.length === 0) return chunk
    encoded.write(fresh)
    await deliver(fresh, sink, decoding)
    await edges?.take(fresh)
    return chunk
  }
  return {
    source: {
      ...source,
      take,
      giveBack(rest) {
        again += rest.length
        source.giveBack(rest)
      },
    },
    async end() {
      while ((await take()) !== undefined);
      encoded.end()
      const problem = encoded.problem()
      if (problem !== undefined) addGap(decoding, { ...problem, path: place })
      await sink.end()
      await edges?.end()
    },
  }
}

function edgesContent(
  place: readonly string[],
  decoding: Decoding,
): { take(chunk: Uint8Array): Promise<void>; end(): Promise<void> } {
  let sink: Sink | undefined
  const tooMuch = () => new DecodingStopped('limit', place, 0, 'brotli: expected less that may be metadata')
  const edges = brotliEdges(tooMuch)
  const write = async (found: Iterable<Uint8Array>) => {
    for (const lines of found) {
      sink ??= decoding.open(place)
      await deliver(lines, sink, decoding)
    }
  }
  return {
    take: (chunk) => write(edges.take(chunk, false)),
    async end() {
      await write(edges.take(new Uint8Array(0), true))
      await sink?.end()
    },
  }
}

async function deliver(bytes: Uint8Array, sink: Sink, decoding: Decoding): Promise<void> {
  decoding.deliveredBytes += bytes.length
  const consumed = sink.write(bytes)
  if (consumed !== undefined) await consumed
}
