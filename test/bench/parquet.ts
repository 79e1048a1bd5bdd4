import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { byteSource } from '../../lib/decode/byte-source.ts'
import { type Layout, readLayout } from '../../lib/decode/columnar/parquet/layout.ts'
import { parquet, readColumns } from '../../lib/decode/columnar/parquet/parquet-content.ts'
import { isContainer } from '../../lib/decode/decode-content.ts'
import { createDecoding } from '../../lib/decode/decoding.ts'
import type { ReadAt } from '../../lib/decode/format.ts'
import { defaultLimits } from '../../lib/decode/limits.ts'
import { rangeOf } from '../../lib/decode/range-source.ts'
import type { Sink } from '../../lib/decode/sink.ts'
import { createFormMatcher } from '../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../lib/scan/forms/form-names.ts'
import { createMatcher } from '../../lib/scan/matcher.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { median, type Run, startDuckDb, timed } from './worker.ts'

/**
 * Parquet beside DuckDB on one thread: seconds of CPU time for finding the identifiers of a list in one column, in four and in all, medians of
 * interleaved runs after one to warm up. The product always reads every column, and looks in all forms; named ones are read here, and plainly, to compare
 * with.
 * Run: `node test/bench/parquet.ts [rows] [identifiers] [runs]`, with `pip install duckdb`; results are kept, dated, in `results/`.
 */
const rows = Number(process.argv[2] ?? 5_000_000)
const identifiers = Number(process.argv[3] ?? 1_000_000)
const runs = Number(process.argv[4] ?? 5)

const duckdb = startDuckDb()
const folder = mkdtempSync(join(tmpdir(), 'parquet-bench-'))

/** SQL for numbers of 19 digits, the same for the same `of`. */
const numberOf = (seed: number, of: string) =>
  `(1000000000000000000 + (hash((${of}) * 16 + ${seed}) % 8000000000000000000::ubigint)::bigint)`

async function makeTables(): Promise<void> {
  for (const statement of [
    `create table events as select
      ${numberOf(1, '(hash(i) % 20000)')} as account_id,
      ${numberOf(2, 'i')} as event_id,
      ${numberOf(3, '(hash(i + 7) % 2000000)')} as target_id,
      ${numberOf(4, '(i // 10)')} as session_id,
      1767225600000 + i * 37 as time,
      ['view', 'like', 'share', 'follow', 'comment', 'login', 'search', 'upload'][(hash(i + 9) % 8)::int + 1] as kind,
      'Mozilla/5.0 (agent ' || (hash(i + 11) % 500) || ') like Gecko' as agent,
      '/watch/' || (hash(i + 13) % 100000000) || '?from=' || (hash(i + 15) % 90) as page
      from range(${rows}) t(i)`,
    `create table ids as select ${numberOf(2, 'i * 1000 + 500000007')} as id from range(${identifiers}) t(i)`,
    `update ids set id = ${numberOf(3, 'rowid')} where rowid % 10000 = 0`,
    'create table text_ids as select id::varchar as id from ids',
    `copy ids to '${folder}/ids.csv' (format csv, header false)`,
    ...['snappy', 'zstd'].map(
      (codec) => `copy events to '${folder}/${codec}.parquet' (format parquet, codec '${codec}')`,
    ),
    'drop table events',
  ])
    await duckdb.ask(statement)
}

const texts = new Set(['kind', 'agent', 'page'])

/** What DuckDB is asked: for the rows in which one of the columns is an identifier. */
function statement(path: string, columns: readonly string[]): string {
  const tests = columns.map((each) => `${each} in (from ${texts.has(each) ? 'text_ids' : 'ids'})`)
  return `select count(*) from read_parquet('${path}') where ${tests.join(' or ')}`
}

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

try {
  await makeTables()
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
          duckdb: await duckdb.ask(statement(path, columns)),
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
  duckdb.end()
  rmSync(folder, { recursive: true })
}
