import { cpus, loadavg } from 'node:os'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'
import { estimateCost } from '../../lib/cost/estimate-cost.ts'
import { wholeProcessor } from '../../lib/inventory/call-capacity.ts'
import { mostBytes } from '../../lib/inventory/plan-batches.ts'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { chunksOf, sentence } from './rows.ts'

/**
 * What a scan of one stored TB costs on Lambda (arm64, list prices of us-east-1), with 1,769 MB, which is a whole virtual CPU, and
 * with the least that there may be: the rate of `scanObject` with the default forms over JSON Lines in memory, decoder, SHA-256 and all, in
 * time of one core; objects of 64 MiB in the largest batches with all their requests, transitions and documents; transfer between Regions left out. Beside it what others ask for a TB of gzip JSON.
 * `taskset -c 0 node test/bench/cost.ts [identifiers] [megabytes]`; results are kept, dated, in `results/`.
 */
const identifiers = Number(process.argv[2] ?? 1_000_000)
const megabytes = Number(process.argv[3] ?? 128)
const rounds = 5
const terabyte = 1e12
const objectBytes = 64 * 2 ** 20

const next = seededRandom(20261127)
const below = (n: number) => Math.floor(next() * n)
const number = () => `${1 + below(9)}${Array.from({ length: 17 }, () => below(10)).join('')}`
const lines: string[] = []
for (let length = 0; length < megabytes * 2 ** 20; length += lines.at(-1)!.length)
  lines.push(
    `{"event_id":"${number()}","ts":"2026-03-${10 + below(20)}T12:${10 + below(50)}:07.123Z","user_id":"${number()}","device":"${number()}","type":"video_view","payload":{"session":"${number()}","lang":"en","text":"${sentence}","dur":${below(997)},"tags":["music","dance"],"url":"https://cdn.example.com/v/abc/def/ghi.mp4?x=12"}}\n`,
  )
const text = Buffer.from(lines.join(''))
const stored = {
  raw: text,
  gzip: gzipSync(text),
  zstd: zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
}

function* ids() {
  for (let each = 0; each < identifiers; each++) yield number()
}
const index = makeIndex(ids())

async function secondsOf(bytes: Buffer): Promise<number> {
  const before = process.cpuUsage()
  const { complete, decodedBytes } = await scanObject(chunksOf(bytes, 2 ** 18), index, () => {})
  const { user, system } = process.cpuUsage(before)
  if (!complete || decodedBytes !== text.length) throw new Error('expected all of it to be read')
  return (user + system) / 1e6
}

/** A Lambda's network, bytes a second: what is faster waits for it. */
const network = 75e6

/** `core`: what part of this core a Lambda's virtual CPU is taken for; `memory`: of the function, in MB. */
function usdOf(bytes: number, seconds: number, core: number, memory: number): number {
  const share = core * Math.min(1, memory / wholeProcessor)
  const scanSeconds = Math.max(((terabyte / bytes) * seconds) / share, terabyte / network)
  const versions = Math.ceil(terabyte / objectBytes)
  const batches = Math.ceil(terabyte / mostBytes)
  return estimateCost([{ storeId: 's', pass: 0, versions, bytes: terabyte, batches, scanSeconds }], 'us-east-1', memory)
    .usd
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
const times = { raw: [] as number[], gzip: [] as number[], zstd: [] as number[] }
for (let round = 0; round <= rounds; round++)
  for (const [name, bytes] of Object.entries(stored)) {
    const seconds = await secondsOf(bytes)
    if (round > 0) times[name as keyof typeof times].push(seconds)
  }

console.log(
  `${identifiers} identifiers, ${megabytes} MiB; Node ${process.version}, ${cpus()[0]!.model}, load ${loadavg()[0]!.toFixed(1)}\n`,
)
console.log(
  '| JSON Lines | MB of memory | decoded, GB/s | stored, GB/s | USD per stored TB, CPU like this core | CPU of half of it | network alone |',
)
console.log('|---|---|---|---|---|---|---|')
for (const [name, bytes] of Object.entries(stored)) {
  const seconds = median(times[name as keyof typeof times])
  const rate = (of: number) => (of / seconds / 1e9).toFixed(3)
  for (const memory of [wholeProcessor, 576]) {
    const usd = (core: number) => usdOf(bytes.length, seconds, core, memory).toFixed(2)
    const alone = usdOf(1, 0, 1, memory).toFixed(2)
    console.log(
      `| ${name} | ${memory} | ${rate(text.length)} | ${rate(bytes.length)} | ${usd(1)} | ${usd(0.5)} | ${alone} |`,
    )
  }
}
console.log('\n| others, a TB of gzip JSON, as published | USD |\n|---|---|')
for (const [name, usd] of [
  ['Athena', 5],
  ['S3 Find and Forget', 59],
  ['Macie', 1000],
])
  console.log(`| ${name} | ${usd} |`)
