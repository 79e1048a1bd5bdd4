import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'
import { createMatcher } from '../../lib/scan/matcher.ts'
import { referenceMatches } from '../../lib/scan/reference-matcher.ts'
import { makeIndex } from '../subject-index/make-index.ts'

/**
 * Speed of the matcher in GB of text in memory per second of one core's time (so that a busy machine changes little),
 * medians of five runs after one to warm up, beside the reference matcher and GNU `grep -F -w -f` on the first of the
 * same bytes. Loading the identifiers is included for grep only. Run: `node test/bench/scan-matcher.ts [identifiers] [megabytes]`; results are kept, dated, in `results/`.
 */
const identifiers = Number(process.argv[2] ?? 1_000_000)
const megabytes = Number(process.argv[3] ?? 128)

const next = seededRandom(20261123)
const below = (n: number) => Math.floor(next() * n)
const from = (alphabet: string, length: number) =>
  Array.from({ length }, () => alphabet[below(alphabet.length)]).join('')
const digits = '0123456789'
const letters = 'abcdefghijklmnopqrstuvwxyz'
const number = () => `${1 + below(9)}${from(digits, 16 + below(3))}`
const uuid = () => from('0123456789abcdef', 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
const email = () => `${from(letters, 4 + below(8))}.${from(letters, 5)}@${from(letters, 6)}.com`
const handle = () => `${from(letters, 5 + below(6))}_${from(digits, 4)}`
const dotted = () => `${from(letters, 4 + below(6))}.${from(letters, 3 + below(8))}`

const sentence = 'the quick brown fox jumps over the lazy dog and keeps on running through the long grass'
const event = (id: () => string) => (own: string) =>
  `{"event_id":"${id()}","ts":"2026-03-${10 + below(20)}T12:${10 + below(50)}:07.123Z","user_id":"${own}","device":"${id()}",` +
  `"type":"video_view","payload":{"session":"${id()}","lang":"en","text":"${sentence}","dur":${below(997)},` +
  `"watch":0.${below(99)},"tags":["music","dance"],"url":"https://cdn.example.com/v/abc/def/ghi.mp4?x=12"}}\n`
const csv = (own: string) => `${number()},2026-03-${10 + below(20)},${own},video_view,en,0.${below(99)},${number()}\n`
const sql = (own: string) =>
  `INSERT INTO \`events\` VALUES (${number()},'2026-03-11 12:00:00',${own},'view','it''s');\n`

type Case = { name: string; id: () => string; row: (own: string) => string; hits: number; grep?: boolean }
const cases: Case[] = [
  { name: 'numbers, JSON Lines', id: number, row: event(number), hits: 0.0001, grep: true },
  { name: 'numbers, JSON Lines, every row a hit', id: number, row: event(number), hits: 1 },
  { name: 'numbers, CSV', id: number, row: csv, hits: 0.0001 },
  { name: 'numbers, SQL dump', id: number, row: sql, hits: 0.0001 },
  { name: 'numbers, one a line', id: number, row: (own) => `${own}\n`, hits: 0.0001 },
  { name: 'UUIDs, JSON Lines', id: uuid, row: event(uuid), hits: 0.0001 },
  { name: 'e-mail addresses, JSON Lines', id: email, row: event(email), hits: 0.0001 },
  { name: 'handles, JSON Lines', id: handle, row: event(handle), hits: 0.0001 },
  { name: 'dotted identifiers, JSON Lines', id: dotted, row: event(dotted), hits: 0.0001 },
]

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!
const timed = (work: () => void) => {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1e6
}
const rate = (bytes: number, seconds: number) => `${(bytes / seconds / 1e9).toPrecision(3)} GB/s`

console.log(`${identifiers} identifiers, ${megabytes} MB; Node ${process.version}, ${cpus()[0]?.model.trim()}\n`)
console.log('| text | occurrences | matcher | reference | grep -F -w -f |\n|---|---|---|---|---|')
const folder = mkdtempSync(join(tmpdir(), 'scan-bench-'))
for (const { name, id, row, hits, grep } of cases) {
  const ids = Array.from({ length: identifiers }, id)
  const index = makeIndex(ids)
  const rows: string[] = []
  for (let size = 0; size < megabytes * 1e6; size += rows.at(-1)!.length)
    rows.push(row(next() < hits ? ids[below(ids.length)]! : id()))
  const corpus = Buffer.from(rows.join(''))
  let occurrences = 0
  const scan = () => {
    occurrences = 0
    const matcher = createMatcher(index, () => occurrences++)
    for (let at = 0; at < corpus.length; at += 65_536) matcher.write(corpus.subarray(at, at + 65_536))
    matcher.end()
  }
  scan()
  const seconds = median(Array.from({ length: 5 }, () => timed(scan)))
  const slice = corpus.subarray(0, 16e6)
  const slow = timed(() => referenceMatches(index, slice))
  let grepped = ''
  if (grep) {
    const [list, text] = [join(folder, 'ids'), join(folder, 'text')]
    writeFileSync(list, `${ids.join('\n')}\n`)
    writeFileSync(text, slice)
    const script = 'grep -F -w -c -f "$1" "$2" >/dev/null; times'
    const times = execFileSync('sh', ['-c', script, 'sh', list, text], { env: { ...process.env, LC_ALL: 'C' } })
    const spent = [
      ...times
        .toString()
        .split('\n')[1]!
        .matchAll(/([0-9]+)m([0-9.]+)s/g),
    ]
    grepped = rate(
      slice.length,
      spent.reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0),
    )
  }
  console.log(
    `| ${name} | ${occurrences} | ${rate(corpus.length, seconds)} | ${rate(slice.length, slow)} | ${grepped} |`,
  )
}
rmSync(folder, { recursive: true })
