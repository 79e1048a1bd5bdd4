import { createHash } from 'node:crypto'
import { cpus } from 'node:os'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, createZstdDecompress, gzipSync, zstdCompressSync } from 'node:zlib'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'
import { syncEngine } from '../../lib/decode/compression/engine/sync-engine.ts'
import { decodeObject } from '../../lib/decode/decode-object.ts'
import { bareDecoder } from './bare-decoder.ts'
import { chunksOf } from './rows.ts'
import { timed } from './worker.ts'

/**
 * Speed of `decodeObject` into a sink that only counts, with all that it checks (checksums, SHA-256 of the object, text),
 * beside Node's decoder for the same bytes: its synchronous handle alone, the same with SHA-256 of the object, and its public stream. JSON Lines in memory, runs
 * interleaved, time of all the process's threads, medians; GB of decoded bytes per second, and ratios.
 * Run: `node test/bench/decode.ts [megabytes] [runs]`; results are kept, dated, in `results/`.
 */
const megabytes = Number(process.argv[2] ?? 64)
const runs = Number(process.argv[3] ?? 7)

const next = seededRandom(20261126)
const below = (n: number) => Math.floor(next() * n)
const number = () => `${1 + below(9)}${Array.from({ length: 17 }, () => below(10)).join('')}`

function jsonLines(bytes: number): Buffer {
  const lines: string[] = []
  for (let length = 0; length < bytes; ) {
    const line = `{"event_id":"${number()}","ts":"2026-03-${10 + below(20)}T12:${10 + below(50)}:07.123Z","user_id":"${number()}","type":"video_view","lang":"en","city":"${['Köln', 'Berlin', 'Wien'][below(3)]}","dur":${below(997)}}\n`
    length += Buffer.byteLength(line)
    lines.push(line)
  }
  return Buffer.from(lines.join(''))
}

const text = jsonLines(megabytes * 2 ** 20)
const inParts = (size: number, compress: (part: Uint8Array) => Buffer): Buffer => {
  const parts: Buffer[] = []
  for (let at = 0; at < text.length; at += size) parts.push(compress(text.subarray(at, at + size)))
  return Buffer.concat(parts)
}
const zst = (part: Uint8Array) => zstdCompressSync(part, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })

const cases = [
  { name: 'gzip, one member', bytes: gzipSync(text), kind: 'gzip' },
  { name: 'gzip, members of 64 KiB', bytes: inParts(65_280, gzipSync), kind: 'gzip' },
  { name: 'gzip, members of 4 KiB', bytes: inParts(4096, gzipSync), kind: 'gzip' },
  { name: 'zstd, one frame', bytes: zst(text), kind: 'zstd' },
  { name: 'zstd, frames of 64 KiB', bytes: inParts(65_536, zst), kind: 'zstd' },
  { name: 'zstd, frames of 4 KiB', bytes: inParts(4096, zst), kind: 'zstd' },
] as const

async function product(bytes: Buffer): Promise<number> {
  let count = 0
  const sink = {
    write(decoded: Uint8Array) {
      count += decoded.length
    },
    end() {},
  }
  const reading = await decodeObject(chunksOf(bytes), (path) => (path.length === 1 ? sink : { write() {}, end() {} }))
  if (!reading.complete) throw new Error('the reading is not complete')
  return count
}

/** Counts what comes out until the stream ends or fails: it does with many frames. */
async function stream(bytes: Buffer, kind: 'gzip' | 'zstd'): Promise<number> {
  const chunkSize = 256 * 1024
  const decoder = kind === 'gzip' ? createGunzip({ chunkSize }) : createZstdDecompress({ chunkSize })
  let count = 0
  const counted = new Writable({
    write(decoded: Buffer, _encoding, done) {
      count += decoded.length
      done()
    },
  })
  await pipeline(chunksOf(bytes), decoder, counted).catch(() => {})
  return count
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

const path = syncEngine({ name: 'inflate-raw' }) === undefined ? 'streams' : 'the synchronous handle'
console.log(`${megabytes} MiB, ${runs} runs; Node ${process.version}, ${cpus()[0]!.model}; decoded by ${path}\n`)
console.log(
  '| object | decodeObject | bare decoder | bare with SHA-256 | public stream | ratios of decodeObject to these three |',
)
console.log('|---|---|---|---|---|---|')
for (const { name, bytes, kind } of cases) {
  const times = { product: [] as number[], bare: [] as number[], hashed: [] as number[], stream: [] as number[] }
  let whole = true
  for (let run = 0; run <= runs; run++) {
    for (const [which, work] of [
      ['product', () => product(bytes)],
      ['bare', () => bareDecoder(bytes, kind)],
      ['hashed', () => bareDecoder(bytes, kind, createHash('sha256'))],
      ['stream', () => stream(bytes, kind)],
    ] as const) {
      const { seconds, found: count } = await timed(work)
      if (which === 'stream') whole &&= count === text.length
      else if (count !== text.length) throw new Error(`${which}: expected ${text.length} bytes, got ${count}`)
      if (run > 0) times[which].push(seconds)
    }
  }
  const ours = median(times.product)
  const others = [median(times.bare), median(times.hashed), median(times.stream)]
  const rates = [ours, ...others].map((seconds) => `${(text.length / seconds / 1e9).toPrecision(3)} GB/s`)
  const ratios = others.map((seconds) => (seconds / ours).toFixed(2))
  if (!whole) {
    rates[3] = 'loses data'
    ratios[2] = '–'
  }
  console.log(`| ${name} | ${rates.join(' | ')} | ${ratios.join(', ')} |`)
}
