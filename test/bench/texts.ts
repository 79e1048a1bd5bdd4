import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { Identifier } from '../../lib/manifest/identifier.ts'
import { createIndexBuilder } from '../../lib/subject-index/build-subject-index.ts'
import { seededRandom as seededBytes, testKeys, testReport } from '../subject-index/make-index.ts'
import { rowsOf } from './rows.ts'
import { hasRipgrep, timeRipgrep } from './time-ripgrep.ts'
import { median, type Run, startDuckDb, startWorker } from './worker.ts'

/**
 * Whole scans and the search alone beside what others take for the same files: DuckDB on one thread, `rg -F -f`, and Node's decoders; JSON Lines, CSV and a dump of SQL
 * with 10^6 identifiers, JSON Lines with other numbers of them. CPU time of all threads, rounds interleaved, medians after one to warm up; loading the identifiers is not in it and
 * stands below (ours: opening an index that was built before). Whoever finds another number than was planted ends it. With `pip install duckdb` and ripgrep:
 * `taskset -c 0 node test/bench/texts.ts [megabytes] [rounds]`; results are kept, dated, in `results/`.
 */
const megabytes = Number(process.argv[2] ?? 128)
const rounds = Number(process.argv[3] ?? 5)
const duckdb = startDuckDb()
const folder = mkdtempSync(join(tmpdir(), 'texts-bench-'))
const { below, number, event, csv } = rowsOf(20261128)

/** The n-th identifier: 19 digits, another one for each n. */
const identifier = (n: number) =>
  String(7_000_000_000_000_000_000n + ((BigInt(n) * 0x9e3779b97f4a7c15n) & (2n ** 60n - 1n)))

const kinds = {
  jsonl: event(number),
  csv,
  sql: (own: string) =>
    `INSERT INTO \`events\` VALUES (${number()},'2026-03-${10 + below(20)}',${own},'video_view','en',0.${below(99)},${number()});\n`,
}
type Kind = keyof typeof kinds

const fewest = 1000
const file = (name: string) => join(folder, name)
/** What it took to load identifiers, which is not counted. */
const loads: string[] = []
const planted: Record<string, number> = {}

/** One row in ten thousand is somebody's, of those who are in every list. */
function makeText(kind: Kind): void {
  const out = openSync(file(`text.${kind}`), 'wx')
  planted[kind] = 0
  for (let size = 0; size < megabytes * 1e6; ) {
    const rows: string[] = []
    for (let n = 0; n < 10_000; n++) {
      const isSomebodys = below(10_000) === 0
      if (isSomebodys) planted[kind]++
      rows.push(kinds[kind](isSomebodys ? identifier(below(fewest)) : number()))
    }
    size += writeSync(out, rows.join(''))
  }
  closeSync(out)
}

function makeList(count: number): void {
  const list = openSync(file(`${count}.csv`), 'wx')
  const builder = createIndexBuilder({ caseRule: 'fold', keys: testKeys, random: seededBytes('texts') })
  for (let n = 0; n < count; n += 10_000) {
    const texts = Array.from({ length: Math.min(10_000, count - n) }, (_, at) => identifier(n + at))
    writeSync(list, `${texts.join('\n')}\n`)
    for (const [at, text] of texts.entries()) builder.add(n + at + 1, new Identifier(text))
  }
  closeSync(list)
  const index = openSync(file(`${count}.index`), 'wx')
  builder.finish(testReport, (bytes) => {
    for (let at = 0; at < bytes.length; ) at += writeSync(index, bytes, at)
  })
  closeSync(index)
}

const columns: Record<'jsonl' | 'csv', string> = {
  jsonl: `{event_id: 'varchar', ts: 'varchar', user_id: 'varchar', device: 'varchar', "type": 'varchar', payload: 'struct(session varchar, lang varchar, "text" varchar, dur varchar, watch varchar, tags varchar[], url varchar)'}`,
  csv: `{event_id: 'varchar', ts: 'varchar', user_id: 'varchar', kind: 'varchar', lang: 'varchar', watch: 'varchar', session: 'varchar'}`,
}
const fields = ['event_id', 'ts', 'user_id', 'device', '"type"'].concat(
  ['session', 'lang', '"text"', 'dur', 'watch', 'url', 'tags[1]', 'tags[2]'].map((each) => `payload.${each}`),
)

/** What DuckDB is asked: for the rows in which one column, or any field of JSON, is an identifier. */
function statement(name: string, where: 'named column' | 'any field'): string {
  const kind = name.startsWith('text.jsonl') ? 'jsonl' : 'csv'
  const named = kind === 'jsonl' ? `{user_id: 'varchar'}` : columns.csv
  const from =
    kind === 'jsonl'
      ? `read_json('${file(name)}', format = 'newline_delimited', columns = ${where === 'any field' ? columns.jsonl : named})`
      : `read_csv('${file(name)}', header = false, auto_detect = false, delim = ',', columns = ${named})`
  const tests = (where === 'any field' ? fields : ['user_id']).map((field) => `${field} in (from ids)`)
  return `select count(*) from ${from} where ${tests.join(' or ')}`
}

/** Without what it takes for a text of one line, which is loading the identifiers. */
function ripgrep(count: number): Run {
  const [load, whole] = ['line', 'text.jsonl'].map((name) => timeRipgrep(file(`${count}.csv`), file(name)))
  if (load === undefined || whole === undefined) throw new Error('rg: expected it to end within two minutes')
  loads.push(`ripgrep ${count.toExponential(0)} in ${load.toFixed(2)} s`)
  return { seconds: Math.max(whole - load, 0.001), found: planted.jsonl! }
}

const rate = (bytes: number, seconds: number) => (bytes / seconds / 1e9).toPrecision(3)
/** `expected`: what it finds or counts, where that is not the rows that were planted. */
type Other = { name: string; goal: string; expected?: number; run: () => Promise<Run> }

/** A line of the table for each of the others, measured beside ours in the same rounds. */
async function compare(
  count: number,
  name: string,
  others: (ours: ReturnType<typeof startWorker>) => Other[],
): Promise<void> {
  const [, kind = ''] = name.split('.')
  const bytes = statSync(file(`text.${kind}`)).size
  const ours = startWorker(
    process.execPath,
    fileURLToPath(new URL('texts-worker.ts', import.meta.url)),
    file(`${count}.index`),
  )
  loads.push(`ours ${count.toExponential(0)} in ${(await ours.ask({ work: 'opening' })).seconds.toFixed(2)} s`)
  const works = [
    { name: 'scan', goal: '', run: () => ours.ask({ work: 'scan', path: file(name) }) },
    { name: 'search', goal: '', run: () => ours.ask({ work: 'search', path: file(name) }) },
    ...others(ours),
  ]
  const runs = works.map((): Run[] => [])
  for (let round = 0; round <= rounds; round++)
    for (const [at, { name: work, run, expected = planted[kind] }] of works.entries()) {
      const result = await run()
      if (result.found !== expected) throw new Error(`${name}: ${work}: expected ${expected}, got ${result.found}`)
      if (round > 0) runs[at]!.push(result)
    }
  ours.end()
  const [scan, search] = [median(runs[0]!), median(runs[1]!)]
  const peak = `${Math.round(Math.max(...[...runs[0]!, ...runs[1]!].map((each) => each.peak!)) / 2 ** 20)} MiB`
  for (const [at, { name: other, goal }] of works.entries()) {
    if (at < 2) continue
    const seconds = median(runs[at]!)
    const cells = [name, count.toExponential(0), rate(bytes, scan), rate(bytes, search), other, rate(bytes, seconds)]
    console.log(
      `| ${[...cells, (seconds / scan).toPrecision(3), (seconds / search).toPrecision(3), goal, peak].join(' | ')} |`,
    )
  }
}

const duck = (name: string, where: 'named column' | 'any field', goal: string): Other => ({
  name: `DuckDB, ${where}`,
  goal,
  run: () => duckdb.ask(statement(name, where)),
})

async function loadIntoDuckDb(count: number): Promise<void> {
  await duckdb.ask('drop table if exists ids')
  const { seconds } = await duckdb.ask(
    `create table ids as select * from read_csv('${file(`${count}.csv`)}', header = false, auto_detect = false, columns = {id: 'varchar'})`,
  )
  loads.push(`DuckDB ${count.toExponential(0)} in ${seconds.toFixed(2)} s`)
}

try {
  for (const kind of Object.keys(kinds) as Kind[]) makeText(kind)
  const text = readFileSync(file('text.jsonl'))
  writeFileSync(file('text.jsonl.gz'), gzipSync(text))
  writeFileSync(file('text.jsonl.zst'), zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }))
  writeFileSync(file('line'), '{}\n')
  console.log(`${megabytes} MB, ${rounds} rounds; Node ${process.version}, ${cpus()[0]?.model.trim()}`)
  console.log(`load ${loadavg()[0]!.toFixed(1)}, ${availableParallelism()} cores\n`)
  console.log(
    '| input | identifiers | scan, GB/s | search alone | beside | GB/s | scan / it | search / it | goal | peak memory of ours |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|---|')
  for (const [count, goal] of [
    [fewest, '6'],
    [100_000, '50'],
    [1_000_000, '150'],
  ] as const) {
    makeList(count)
    if (!hasRipgrep()) console.log('skipped: rg is not on this machine')
    else await compare(count, 'text.jsonl', () => [{ name: 'rg -F -f', goal, run: async () => ripgrep(count) }])
  }
  await loadIntoDuckDb(1_000_000)
  const decoders = (name: string) => (ours: ReturnType<typeof startWorker>) => [
    {
      name: 'bare decoder',
      goal: '0.9',
      expected: text.length,
      run: () => ours.ask({ work: 'bare', path: file(name) }),
    },
    {
      name: 'public stream',
      goal: '1.0',
      expected: text.length,
      run: () => ours.ask({ work: 'stream', path: file(name) }),
    },
    duck(name, 'named column', name.endsWith('.gz') ? '2.2' : '1.8'),
  ]
  await compare(1_000_000, 'text.jsonl', () => [
    duck('text.jsonl', 'named column', '4'),
    duck('text.jsonl', 'any field', '20'),
  ])
  await compare(1_000_000, 'text.csv', () => [duck('text.csv', 'named column', '3')])
  await compare(1_000_000, 'text.sql', () => [
    { ...duck('text.csv', 'named column', '3'), name: 'DuckDB, such rows in CSV', expected: planted.csv! },
  ])
  for (const name of ['text.jsonl.gz', 'text.jsonl.zst']) await compare(1_000_000, name, decoders(name))
  makeList(10_000_000)
  await loadIntoDuckDb(10_000_000)
  await compare(10_000_000, 'text.jsonl', () => [duck('text.jsonl', 'named column', '2.5, 300 MB')])
  console.log(
    `\nLoaded before: ${[...new Map(loads.map((each) => [each.replace(/ in .*/, ''), each])).values()].join(', ')}.`,
  )
} finally {
  duckdb.end()
  rmSync(folder, { recursive: true })
}
