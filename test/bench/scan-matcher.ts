import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTokenMatcher } from '../../lib/scan/matcher.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { letters, rowsOf, secondsOf } from './rows.ts'
import { hasRipgrep, timeRipgrep } from './time-ripgrep.ts'

/**
 * Speed of the matcher in GB of text in memory per second of one core's time (so that a busy machine changes less): the
 * kernel, the same search in plain TypeScript, and `rg -F -f` of the same text in a file where it ends within
 * two minutes. Medians of five interleaved rounds after one to warm up. Loading the identifiers is not included; for rg it
 * is what an empty file takes. Run on one core:
 * `taskset -c 0 node test/bench/scan-matcher.ts [identifiers] [megabytes] [cases]`; results are kept, dated, in `results/`.
 */
const identifiers = Number(process.argv[2] ?? 1_000_000)
const megabytes = Number(process.argv[3] ?? 64)
const wanted = new RegExp(process.argv[4] ?? '.')
const rounds = 5

const { next, below, from, number, uuid, email, handle, event, csv } = rowsOf(20261123)
const dotted = () => `${from(letters, 4 + below(6))}.${from(letters, 3 + below(8))}`

const any = () => [number, uuid, email, handle, dotted][below(5)]!()

const sql = (own: string) =>
  `INSERT INTO \`events\` VALUES (${number()},'2026-03-11 12:00:00',${own},'view','it''s');\n`

type Case = { name: string; id: () => string; row: (own: string) => string; hits: number; rg?: boolean }
const cases: Case[] = [
  { name: 'numbers, JSON Lines', id: number, row: event(number), hits: 0.0001, rg: true },
  { name: 'numbers, JSON Lines, every row a hit', id: number, row: event(number), hits: 1 },
  { name: 'numbers, CSV', id: number, row: csv, hits: 0.0001 },
  { name: 'numbers, SQL dump', id: number, row: sql, hits: 0.0001 },
  { name: 'numbers, one a line', id: number, row: (own) => `${own}\n`, hits: 0.0001 },
  { name: 'UUIDs, JSON Lines', id: uuid, row: event(uuid), hits: 0.0001 },
  { name: 'e-mail addresses, JSON Lines', id: email, row: event(email), hits: 0.0001 },
  { name: 'handles, JSON Lines', id: handle, row: event(handle), hits: 0.0001 },
  { name: 'dotted identifiers, JSON Lines', id: dotted, row: event(dotted), hits: 0.0001 },
  { name: 'all of these shapes, JSON Lines', id: any, row: event(any), hits: 0.0001 },
]

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!
const rate = (bytes: number, seconds: number) => (bytes / seconds / 1e9).toPrecision(3)

/** Finds what is there, and says how often. */
function scan(index: ReturnType<typeof makeIndex>, corpus: Buffer, looking: 'kernel' | 'plain'): number {
  let occurrences = 0
  const matcher = createTokenMatcher(index, () => occurrences++, { looking })
  for (let at = 0; at < corpus.length; at += 65_536) matcher.write(corpus.subarray(at, at + 65_536))
  matcher.end()
  return occurrences
}

function search(corpus: Buffer, ids: readonly string[]): string {
  if (!hasRipgrep()) return 'skipped: rg is not on this machine'
  const folder = mkdtempSync(join(tmpdir(), 'scan-bench-'))
  const [list, text, empty] = ['ids', 'text', 'empty'].map((name) => join(folder, name)) as [string, string, string]
  writeFileSync(list, `${ids.join('\n')}\n`)
  writeFileSync(text, corpus)
  writeFileSync(empty, '')
  const [load, whole] = [timeRipgrep(list, empty), timeRipgrep(list, text)]
  rmSync(folder, { recursive: true })
  if (load === undefined || whole === undefined) return 'not within two minutes'
  return `${rate(corpus.length, Math.max(whole - load, 0.001))}, ${load.toPrecision(2)} s to load`
}

console.log(`${identifiers} identifiers, ${megabytes} MB; Node ${process.version}, ${cpus()[0]?.model.trim()}`)
console.log(`load ${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores\n`)
console.log('| text | occurrences | kernel | plain | ratio | rg -F -f |\n|---|---|---|---|---|---|')
for (const { name, id, row, hits, rg } of cases) {
  if (!wanted.test(name)) continue
  const ids = Array.from({ length: identifiers }, id)
  const index = makeIndex(ids)
  const rows: string[] = []
  for (let size = 0; size < megabytes * 1e6; size += rows.at(-1)!.length)
    rows.push(row(next() < hits ? ids[below(ids.length)]! : id()))
  const corpus = Buffer.from(rows.join(''))
  const occurrences = scan(index, corpus, 'kernel')
  if (scan(index, corpus, 'plain') !== occurrences) throw new Error(`${name}: expected the same of both`)
  const seconds: Record<'kernel' | 'plain', number[]> = { kernel: [], plain: [] }
  for (let round = 0; round < rounds; round++)
    for (const looking of ['kernel', 'plain'] as const)
      seconds[looking].push(secondsOf(() => scan(index, corpus, looking)))
  const [kernel, plain] = [median(seconds.kernel), median(seconds.plain)]
  console.log(
    `| ${name} | ${occurrences} | ${rate(corpus.length, kernel)} | ${rate(corpus.length, plain)} | ${(plain / kernel).toFixed(1)} | ${rg && identifiers <= 1_000_000 ? search(corpus, ids) : ''} |`,
  )
}
