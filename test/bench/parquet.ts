import { spawn, spawnSync } from 'node:child_process'
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { byteSource } from '../../lib/decode/byte-source.ts'
import { type Layout, readLayout } from '../../lib/decode/columnar/parquet/layout.ts'
import { parquet, readColumns } from '../../lib/decode/columnar/parquet/parquet-content.ts'
import { rangeOf } from '../../lib/decode/columnar/range-source.ts'
import { isContainer } from '../../lib/decode/decode-content.ts'
import { createDecoding } from '../../lib/decode/decoding.ts'
import type { ReadAt } from '../../lib/decode/format.ts'
import { defaultLimits } from '../../lib/decode/limits.ts'
import type { Sink } from '../../lib/decode/sink.ts'
import { createFormMatcher } from '../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../lib/scan/forms/form-names.ts'
import { createMatcher } from '../../lib/scan/matcher.ts'
import { makeIndex } from '../subject-index/make-index.ts'

/**
 * Parquet beside DuckDB on one thread: seconds of CPU time for finding the identifiers of a list in one column, in four and in all, medians of
 * interleaved runs after one to warm up. The product always reads every column, and looks in all forms; named ones are read here, and plainly, to compare
 * with.
 * Run: `node test/bench/parquet.ts [rows] [identifiers] [runs]`, with `pip install duckdb`; results are kept, dated, in `results/`.
 */
const rows = Number(process.argv[2] ?? 5_000_000)
const identifiers = Number(process.argv[3] ?? 1_000_000)
const runs = Number(process.argv[4] ?? 5)

if (spawnSync('python3', ['-c', 'import duckdb']).status !== 0) {
  console.log('skipped: DuckDB is not on this machine (pip install duckdb)')
  process.exit()
}

const folder = mkdtempSync(join(tmpdir(), 'parquet-bench-'))
const script = fileURLToPath(new URL('parquet-duckdb.py', import.meta.url))
const duckdb = spawn('python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] })
const answers = createInterface({ input: duckdb.stdout })[Symbol.asyncIterator]()

async function ask(command: string): Promise<Run> {
  duckdb.stdin.write(`${command}\n`)
  const [seconds, found] = String((await answers.next()).value)
    .split(' ')
    .map(Number)
  return { seconds: seconds!, found: found! }
}

type Run = { seconds: number; found: number }

const all = ['account_id', 'event_id', 'target_id', 'session_id', 'time', 'kind', 'agent', 'page']
const choices = [
  { name: 'one column, dictionary', columns: all.slice(0, 1) },
  { name: 'one column, distinct values', columns: all.slice(1, 2) },
  { name: 'four columns', columns: all.slice(0, 4) },
  { name: 'every column', columns: all },
]

function fileAt(path: string): { at: ReadAt; close(): void } {
  const file = openSync(path, 'r')
  return {
    at: {
      size: fstatSync(file).size,
      async read(from, to) {
        const bytes = Buffer.allocUnsafe(to - from)
        readSync(file, bytes, 0, bytes.length, from)
        return bytes
      },
    },
    close: () => closeSync(file),
  }
}

/** CPU time of this process, garbage collection in other threads with it. */
async function timed(work: () => Promise<number>): Promise<Run> {
  const before = process.cpuUsage()
  const found = await work()
  const { user, system } = process.cpuUsage(before)
  return { seconds: (user + system) / 1e6, found }
}

async function read(path: string, columns: readonly string[], open: () => Sink): Promise<void> {
  const { at, close } = fileAt(path)
  const layout: Layout = await readLayout(at)
  const decoding = createDecoding(open, defaultLimits, async () => {}, isContainer)
  decoding.storedBytes = at.size
  if (columns.length === all.length)
    await parquet.read({ source: byteSource(rangeOf(at, 0, at.size)), path: [], at }, decoding)
  else {
    const groups = [...layout.metadata.groups.keys()]
    await readColumns(at, layout, { groups, columns: columns.map((each) => all.indexOf(each)) }, [], decoding)
  }
  if (decoding.gaps.length > 0) throw new Error(`expected no gaps, got ${decoding.gaps[0]!.detail}`)
  close()
}

const nowhere: Sink = { write() {}, end() {} }
const median = (runs: Run[]) => runs.map(({ seconds }) => seconds).sort((x, y) => x - y)[runs.length >> 1]!

try {
  await ask(`make ${folder} ${rows} ${identifiers}`)
  const index = makeIndex(readFileSync(join(folder, 'ids.csv'), 'utf8').trim().split('\n'))
  console.log(`${rows} rows, ${identifiers} identifiers; Node ${process.version}, ${cpus()[0]?.model.trim()}\n`)
  console.log(
    '| file | read | decoded | decoded and matched | in all forms | DuckDB | DuckDB / matched | found, found by DuckDB |',
  )
  console.log('|---|---|---|---|---|---|---|---|')
  for (const codec of ['snappy', 'zstd'])
    for (const { name, columns } of choices) {
      const path = join(folder, `${codec}.parquet`)
      const done: Record<'decoded' | 'matched' | 'forms' | 'duckdb', Run[]> = {
        decoded: [],
        matched: [],
        forms: [],
        duckdb: [],
      }
      for (let run = 0; run <= runs; run++) {
        const results = {
          duckdb: await ask(`count ${path} ${columns.join()}`),
          decoded: await timed(async () => {
            await read(path, columns, () => nowhere)
            return 0
          }),
          matched: await timed(async () => {
            let found = 0
            await read(path, columns, () => createMatcher(index, () => found++))
            return found
          }),
          forms: await timed(async () => {
            let found = 0
            await read(path, columns, () => createFormMatcher(index, defaultForms, () => found++))
            return found
          }),
        }
        if (run > 0) for (const key of ['decoded', 'matched', 'forms', 'duckdb'] as const) done[key].push(results[key])
      }
      const [matched, other] = [median(done.matched), median(done.duckdb)]
      const shown = [median(done.decoded), matched, median(done.forms), other]
        .map((seconds) => `${seconds.toFixed(3)} s`)
        .join(' | ')
      const found = `${done.matched[0]!.found}, ${done.duckdb[0]!.found}`
      console.log(`| ${codec} | ${name} | ${shown} | ${(other / matched).toFixed(2)} | ${found} |`)
    }
} finally {
  duckdb.stdin.end()
  rmSync(folder, { recursive: true })
}
