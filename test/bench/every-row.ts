import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'
import { fileSource } from '../../lib/file-source.ts'
import { createCollector } from '../../lib/finding/collect-findings.ts'
import { Identifier } from '../../lib/manifest/identifier.ts'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { createIndexBuilder } from '../../lib/subject-index/build-subject-index.ts'
import { openSubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { seededRandom as seededBytes, testKeys, testReport } from '../subject-index/make-index.ts'
import { chunksOf } from './rows.ts'
import { median, timed } from './worker.ts'

/**
 * Texts in which every row is somebody's, as the first pass over a backup of users has them: rows of JSON of 400 bytes, and pairs of identifiers as who follows whom. What a finding
 * takes, beside the same text with an index in which nobody is. CPU time of all threads, medians of rounds after one to warm up.
 * Run: `node test/bench/every-row.ts [identifiers] [megabytes] [rounds]`; results are kept, dated, in `results/`.
 */
const identifiers = Number(process.argv[2] ?? 1_000_000)
const megabytes = Number(process.argv[3] ?? 32)
const rounds = Number(process.argv[4] ?? 3)
const folder = mkdtempSync(join(tmpdir(), 'odv-bench-'))
const next = seededRandom(20261129)
const anybody = () => identifier(Math.floor(next() * identifiers))

/** The n-th identifier: 19 digits, another one for each n. */
const identifier = (n: number) =>
  String(7_000_000_000_000_000_000n + ((BigInt(n) * 0x9e3779b97f4a7c15n) & (2n ** 60n - 1n)))

function openIndexOf(from: number, count: number) {
  const builder = createIndexBuilder({ caseRule: 'fold', keys: testKeys, random: seededBytes('every row') })
  for (let n = 0; n < count; n++) builder.add(n + 1, new Identifier(identifier(from + n)))
  const path = join(folder, String(from))
  const file = openSync(path, 'w')
  builder.finish(testReport, (bytes) => {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
  })
  closeSync(file)
  return openSubjectIndex(fileSource(path), testKeys)
}

const words = 'the quick brown fox jumps over the lazy dog and keeps on running through the long grass '.repeat(3)
const rows: Record<string, { row: () => string; findings: number }> = {
  'rows of 400 bytes': {
    row: () => `{"n":1,"user_id":"${anybody()}","type":"video_view","text":"${words}","lang":"en","tags":["music"]}\n`,
    findings: 1,
  },
  'who follows whom': { row: () => `${anybody()},${anybody()}\n`, findings: 2 },
}

try {
  console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}; ${identifiers} identifiers, ${megabytes} MB\n`)
  const [everybody, nobody] = [openIndexOf(0, identifiers), openIndexOf(2 ** 40, identifiers)]
  console.log('| text | findings | subjects | MB/s | MB/s where nobody is found | a finding |')
  console.log('|---|---|---|---|---|---|')
  for (const [name, { row, findings }] of Object.entries(rows)) {
    const made: string[] = []
    for (let size = 0; size < megabytes * 1e6; size += made.at(-1)!.length) made.push(row())
    const text = Buffer.from(made.join(''))
    let subjects = 0
    const scan = (index: typeof everybody) =>
      timed(async () => {
        const found = createCollector(0, index)
        await scanObject(chunksOf(text), index, (occurrence) => found.add('content', occurrence))
        subjects = found.ordinals().length
        return found.count
      })
    const runs: Record<'with' | 'without', Awaited<ReturnType<typeof scan>>[]> = { with: [], without: [] }
    for (let round = 0; round <= rounds; round++) {
      const without = await scan(nobody)
      const hits = await scan(everybody)
      if (without.found !== 0 || hits.found !== findings * made.length)
        throw new Error(`expected ${findings * made.length} findings, got ${hits.found}, and ${without.found}`)
      if (round === 0) continue
      runs.with.push(hits)
      runs.without.push(without)
    }
    const [hit, bare] = [median(runs.with), median(runs.without)]
    const rate = (seconds: number) => (text.length / seconds / 1e6).toPrecision(3)
    const each = (((hit - bare) / (findings * made.length)) * 1e6).toPrecision(3)
    console.log(`| ${name} | ${findings * made.length} | ${subjects} | ${rate(hit)} | ${rate(bare)} | ${each} µs |`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
