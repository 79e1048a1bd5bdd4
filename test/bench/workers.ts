import { spawn } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'
import { bgzfBlock } from '../decode/compression/bgzf-block.ts'

/**
 * `odv scan` of directories and of single large objects, held to one core and to two: how much sooner it ends, and how much more of the
 * processor's time it takes. Rounds interleaved, medians. On a busy machine only the times of the processor say something: with two cores nothing
 * ends before both have worked half of it, nor before its main thread and its longest worker have had theirs.
 * Usage: node test/bench/workers.ts [stored GiB of an object] [rounds] [kinds, by comma] [a Parquet file of more than 1 GiB]
 */
const stored = Number(process.argv[2] ?? 2) * 2 ** 30
const rounds = Number(process.argv[3] ?? 3)
const wanted = process.argv[4]?.split(',')
const root = mkdtempSync(join(tmpdir(), 'odv-bench-'))
const odv = process.env.ODV_BENCH ?? fileURLToPath(new URL('../../lib/cli/odv.mjs', import.meta.url))

const random = seededRandom(7)
const id = () => `7${Array.from({ length: 18 }, () => Math.floor(random() * 10)).join('')}`
const line = (n: number) =>
  `${JSON.stringify({ n, user_id: id(), session: id(), at: 1_763_900_000_000, page: `/home/${id()}`, agent: 'Mozilla/5.0 (X11; Linux x86_64)' })}\n`
/** Lines, over and over: what matters is how many bytes there are. */
const text = Buffer.from(Array.from({ length: 2 ** 16 }, (_, n) => line(n)).join(''))
const blocks = () =>
  Buffer.concat(
    Array.from({ length: Math.ceil(text.length / 60_000) }, (_, n) =>
      bgzfBlock(text.subarray(n * 60_000, (n + 1) * 60_000)),
    ),
  )

const objects: Record<string, () => void> = {
  'raw text': () => repeat('raw.jsonl', text),
  'blocks of BGZF': () => repeat('blocks.gz', blocks()),
  'frames of zstd': () => repeat('frames.zst', zstdCompressSync(text)),
  'zip of deflated members': () => writeZip('members.zip'),
  'directory of text': () => directory('text', text),
  'directory of gzip': () => directory('gzip', gzipSync(text)),
}
const paths: Record<string, string> = {
  'raw text': 'raw.jsonl',
  'blocks of BGZF': 'blocks.gz',
  'frames of zstd': 'frames.zst',
  'zip of deflated members': 'members.zip',
  'directory of text': 'text',
  'directory of gzip': 'gzip',
  ...(process.argv[5] !== undefined && { Parquet: process.argv[5] }),
}

writeFileSync(join(root, 'ids.txt'), Array.from({ length: 100_000 }, () => `${id()}\n`).join(''))
const rows: string[] = []
for (const [name, path] of Object.entries(paths)) {
  if (wanted !== undefined && !wanted.includes(name)) continue
  objects[name]?.()
  const runs: { one: Run; two: Run }[] = []
  for (let round = 0; round < rounds; round++) runs.push({ one: await run(path, 1), two: await run(path, 2) })
  const of = (which: 'one' | 'two', what: keyof Run) => median(runs.map((each) => each[which][what]))
  const [ends, clock, cpu] = (['longest', 'clock', 'cpu'] as const).map((what) => [of('one', what), of('two', what)])
  const cells = [...clock!, clock![0]! / clock![1]!, ...cpu!, cpu![1]! / cpu![0]!, ends![1]!, cpu![0]! / ends![1]!]
  rows.push(`| ${name} | ${cells.map((cell) => cell.toFixed(2)).join(' | ')} |`)
  process.stdout.write(`${rows.at(-1)}\n`)
  if (objects[name] !== undefined) rmSync(join(root, path), { recursive: true })
}
rmSync(root, { recursive: true, force: true })
process.stdout.write(
  [
    '',
    `${cpus()[0]?.model}, ${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, Node.js ${process.versions.node}; ${(stored / 2 ** 30).toFixed(1)} GiB stored, ${rounds} rounds`,
    '',
    '| | seconds, one core | two | times as fast | of the processor, one core | two | ratio | at the least on two | times as fast |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n'),
)

type Run = { clock: number; cpu: number; longest: number }

/** `cpu`: seconds of the processor; `longest`: of these at least so many are one after the other, whatever cores there are. */
async function run(path: string, cores: number): Promise<Run> {
  const began = performance.now()
  const args = ['-c', cores === 1 ? '0' : '0,1', process.execPath, odv, 'scan', '--manifest', 'ids.txt', path]
  const child = spawn('taskset', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const threads = new Map<string, number>()
  const watch = setInterval(() => timesOf(child.pid!, threads), 100)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(watch)
  if (code !== 0 && code !== 1) throw new Error(`odv scan ${path}: expected exit code 0 or 1, got ${code}`)
  const main = threads.get(String(child.pid)) ?? 0
  const others = [...threads].flatMap(([id, time]) => (id === String(child.pid) ? [] : time))
  const cpu = main + others.reduce((sum, time) => sum + time, 0)
  const longest = Math.max(cpu / cores, main + Math.max(...others))
  return { clock: (performance.now() - began) / 1000, cpu, longest }
}

/** The time of each thread of a process so far (proc(5): fields 14 and 15 of `stat`, in hundredths of a second). */
function timesOf(pid: number, threads: Map<string, number>): void {
  try {
    for (const id of readdirSync(`/proc/${pid}/task`)) {
      const fields = readFileSync(`/proc/${pid}/task/${id}/stat`, 'latin1')
        .replace(/^.*\) /, '')
        .split(' ')
      threads.set(id, (Number(fields[11]) + Number(fields[12])) / 100)
    }
  } catch {
    // It has ended meanwhile.
  }
}

function repeat(name: string, bytes: Buffer): void {
  const file = openSync(join(root, name), 'w')
  for (let size = 0; size < stored; size += bytes.length) writeSync(file, bytes)
  closeSync(file)
}

function directory(name: string, bytes: Buffer): void {
  mkdirSync(join(root, name))
  const files = Math.min(200, Math.ceil(stored / bytes.length / 2))
  for (let file = 0; file < files; file++) writeFileSync(join(root, name, String(file)), bytes)
}

function writeZip(name: string): void {
  const [data, crc] = [deflateRawSync(text), crc32(text)]
  const file = openSync(join(root, name), 'w')
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50)
  header.writeUInt16LE(20, 4)
  header.writeUInt16LE(8, 8)
  header.writeUInt32LE(crc, 14)
  header.writeUInt32LE(data.length, 18)
  header.writeUInt32LE(text.length, 22)
  header.writeUInt16LE(8, 26)
  const central: Buffer[] = []
  for (let at = 0; at < stored; at += 38 + data.length) {
    const entryName = Buffer.from(String(central.length).padStart(8, '0'))
    writeSync(file, Buffer.concat([header, entryName, data]))
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50)
    header.copy(entry, 6, 4, 28)
    entry.writeUInt32LE(at, 42)
    central.push(Buffer.concat([entry, entryName]))
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(central.length, 8)
  end.writeUInt16LE(central.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(statSync(join(root, name)).size, 16)
  writeSync(file, Buffer.concat([directory, end]))
  closeSync(file)
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}
