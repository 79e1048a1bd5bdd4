import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { tarOf } from '../decode/archive/tar-writer.ts'
import { zipOf } from '../decode/archive/zip-writer.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { chunksOf } from './rows.ts'
import { median, type Run, timed } from './worker.ts'

/**
 * What each of many small contents takes: microseconds of the processor for a member of an archive or a message of a mailbox in a whole scan (`scanObject`, default forms, checks,
 * SHA-256), beside `bsdtar -xOf`, which only unpacks, by the clock, with its start; rounds interleaved, medians.
 * Run: `taskset -c 0 node test/bench/small-contents.ts [members] [rounds]`; results are kept, dated, in `results/`.
 */
const members = Number(process.argv[2] ?? 40_000)
const rounds = Number(process.argv[3] ?? 5)

const next = seededRandom(20261128)
const below = (n: number) => Math.floor(next() * n)
const number = () => `1${Array.from({ length: 15 }, () => below(10)).join('')}`
const own = Array.from({ length: 1000 }, number)
const index = makeIndex([...own, 'bob@example.org', 'bob_w77', '6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9'])

const record = (n: number) =>
  `{"id":"${n % 100 === 0 ? own[below(own.length)]! : number()}","name":"User number ${n}","email":"user${n}@example.org","created":"2026-01-0${1 + below(9)}T10:11:12Z",` +
  `"tags":["a","b"],"bio":"the quick brown fox jumps over the lazy dog and keeps on running through the long grass","n":${below(1000)}}\n`
const names = Array.from({ length: members }, (_, n) => `users/${n % 200}/u${n}.json`)
const records = names.map((_, n) => record(n))
const message = (text: string, n: number) =>
  `From u${n}@example.org Mon Jan  1 10:00:00 2026\nFrom: a${n}@example.org\nSubject: hello ${n}\nMIME-Version: 1.0\n` +
  `Content-Type: application/json\nContent-Transfer-Encoding: base64\n\n${Buffer.from(text).toString('base64')}\n\n`

const archives: Record<string, Buffer> = {
  'users.tar': tarOf(...names.map((name, n) => ({ name, data: records[n]! }))),
  'users.zip': zipOf(names.map((name, n) => ({ name, data: records[n]!, method: 8 }))),
  'packed.tar': tarOf(...names.map((name, n) => ({ name: `${name}.gz`, data: gzipSync(records[n]!) }))),
  'users.mbox': Buffer.from(records.map(message).join('')),
}

async function scan(bytes: Buffer): Promise<number> {
  let found = 0
  const at = { size: bytes.length, read: async (from: number, to: number) => Buffer.from(bytes.subarray(from, to)) }
  const { complete } = await scanObject(chunksOf(bytes), index, () => found++, { at })
  if (!complete || found < members / 100) throw new Error(`expected what was planted, got ${found}`)
  return found
}

function unpack(path: string): Run {
  const began = performance.now()
  const { status, stdout } = spawnSync('bsdtar', ['-xOf', path], { maxBuffer: 2 ** 31 })
  if (status !== 0 || stdout.length === 0) throw new Error('bsdtar: expected it to unpack')
  return { seconds: (performance.now() - began) / 1000, found: 0 }
}

const hasBsdtar = spawnSync('bsdtar', ['--version']).status === 0
if (!hasBsdtar) console.log('skipped beside: bsdtar is not on this machine (apt-get install libarchive-tools)')
const folder = mkdtempSync(join(tmpdir(), 'odv-bench-'))
console.log('| archive | MB | us a member | bsdtar | scan / it |\n|---|---|---|---|---|')
try {
  for (const [name, bytes] of Object.entries(archives)) {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    const isArchive = hasBsdtar && !name.endsWith('.mbox')
    const [ours, theirs]: [Run[], Run[]] = [[], []]
    for (let round = 0; round <= rounds; round++) {
      const run = await timed(() => scan(readFileSync(path)))
      if (round > 0) ours.push(run)
      if (isArchive && round > 0) theirs.push(unpack(path))
    }
    const us = (runs: Run[]) => (median(runs) / members) * 1e6
    const beside = isArchive ? [us(theirs).toFixed(1), (us(ours) / us(theirs)).toFixed(1)] : ['', '']
    console.log(`| ${[name, (bytes.length / 1e6).toFixed(1), us(ours).toFixed(1), ...beside].join(' | ')} |`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
