import { createHash } from 'node:crypto'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, createZstdDecompress, gzipSync, zstdCompressSync } from 'node:zlib'
import { contentCheck } from '../../lib/decode/checks/content-check.ts'
import { decodeObject } from '../../lib/decode/decode-object.ts'
import type { Means } from '../../lib/decode/means.ts'
import { createFormMatcher } from '../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../lib/scan/forms/form-names.ts'
import { createTokenMatcher } from '../../lib/scan/matcher.ts'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { bareDecoder } from './bare-decoder.ts'
import { chunksOf, rowsOf } from './rows.ts'

/**
 * Speed of `scanObject` as runs use it, with all forms, checks, checksums and the SHA-256 of the object, beside its parts and beside Node's decoder for the
 * same bytes (its synchronous handle, its public stream). JSON Lines in memory, rounds interleaved, medians; GB of decoded bytes per second of the clock, of the main
 * thread's time and of all threads' time: a long stream is decoded in a second thread, so on a machine that is busy the clock says little.
 * Run: `node test/bench/scan-object.ts [identifiers] [megabytes] [rounds]`, on one core and on two; results are kept, dated, in `results/`.
 */
const identifiers = Number(process.argv[2] ?? 1_000_000)
const megabytes = Number(process.argv[3] ?? 64)
const rounds = Number(process.argv[4] ?? 7)

/** As in a run whose workers leave a core idle. */
const cores = availableParallelism()
const means: Means = { hasSpareCore: () => cores > 1 }

const { next, below, number, event } = rowsOf(20261126)
const row = event(number)

function makeText(ids: readonly string[]): Buffer {
  const rows: string[] = []
  for (let size = 0; size < megabytes * 2 ** 20; size += rows.at(-1)!.length)
    rows.push(row(next() < 0.0001 ? ids[below(ids.length)]! : number()))
  return Buffer.from(rows.join(''))
}

const ids = Array.from({ length: identifiers }, number)
const index = makeIndex(ids)
const text = makeText(ids)
ids.length = 0

const pieceSize = 2 ** 18
/** A part of the work alone, on text that is there in pieces of 256 KiB. */
function alone(write: (piece: Buffer) => void, end = () => {}): void {
  for (let at = 0; at < text.length; at += pieceSize) write(text.subarray(at, at + pieceSize))
  end()
}

type Decoder = 'gzip' | 'zstd'

function bare(bytes: Buffer, kind: Decoder): void {
  if (bareDecoder(bytes, kind) !== text.length) throw new Error('bare decoder: expected all of the text')
}

async function publicStream(bytes: Buffer, kind: Decoder): Promise<void> {
  const decoder = (kind === 'gzip' ? createGunzip : createZstdDecompress)({ chunkSize: pieceSize })
  await pipeline(chunksOf(bytes), decoder, new Writable({ write: (_chunk, _encoding, done) => done() }))
}

async function decode(bytes: Buffer): Promise<void> {
  const { complete } = await decodeObject(chunksOf(bytes), () => ({ write() {}, end() {} }), { means })
  if (!complete) throw new Error('decodeObject: expected a complete reading')
}

async function scan(bytes: Buffer): Promise<void> {
  const { complete, decodedBytes } = await scanObject(chunksOf(bytes), index, () => {}, { means })
  if (!complete || decodedBytes !== text.length) throw new Error('scanObject: expected a complete scan of the text')
}

const gz = gzipSync(text)
const zst = zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
const works: Record<string, () => void | Promise<void>> = {
  'SHA-256 of the text': () => {
    const hash = createHash('sha256')
    alone((piece) => hash.update(piece))
  },
  'checks of the text': () => {
    const check = contentCheck({ readsEightBit: true })
    alone(check.write, check.end)
  },
  'matcher, plain': () => {
    const matcher = createTokenMatcher(index, () => {})
    alone(matcher.write, matcher.end)
  },
  'matcher, all forms': () => {
    const matcher = createFormMatcher(index, defaultForms, () => {})
    alone(matcher.write, matcher.end)
  },
  'raw, scanObject': () => scan(text),
}
for (const [kind, bytes] of [
  ['gzip', gz],
  ['zstd', zst],
] as const) {
  works[`${kind}, bare decoder`] = () => bare(bytes, kind)
  works[`${kind}, public stream`] = () => publicStream(bytes, kind)
  works[`${kind}, decodeObject`] = () => decode(bytes)
  works[`${kind}, scanObject`] = () => scan(bytes)
}

type Times = { clock: number; main: number; all: number }
const sum = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6

async function timed(work: () => void | Promise<void>): Promise<Times> {
  const [main, all, clock] = [process.threadCpuUsage(), process.cpuUsage(), performance.now()]
  await work()
  return {
    clock: (performance.now() - clock) / 1e3,
    main: sum(process.threadCpuUsage(main)),
    all: sum(process.cpuUsage(all)),
  }
}

const times = new Map(Object.keys(works).map((name): [string, Times[]] => [name, []]))
for (let round = 0; round <= rounds; round++)
  for (const [name, work] of Object.entries(works)) {
    const taken = await timed(work)
    if (round > 0) times.get(name)!.push(taken)
  }

const median = (name: string, key: keyof Times) => {
  const values = times.get(name)!.map((each) => each[key])
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
const rate = (name: string, key: keyof Times) => (text.length / median(name, key) / 1e9).toPrecision(3)
console.log(
  `${identifiers} identifiers, ${megabytes} MiB, ${rounds} rounds; Node ${process.version}, ${cpus()[0]?.model.trim()}`,
)
console.log(`load ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} cores\n`)
console.log(
  '| work | by the clock | main thread | all threads | beside the bare decoder, by the clock |\n|---|---|---|---|---|',
)
for (const name of times.keys()) {
  const decoder = ['gzip', 'zstd'].find((kind) => name.startsWith(kind))
  const beside = decoder && (median(`${decoder}, bare decoder`, 'clock') / median(name, 'clock')).toFixed(2)
  console.log(`| ${name} | ${rate(name, 'clock')} | ${rate(name, 'main')} | ${rate(name, 'all')} | ${beside ?? ''} |`)
}
