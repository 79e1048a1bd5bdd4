import { cpus, loadavg } from 'node:os'
import { createFormMatcher } from '../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../lib/scan/forms/form-names.ts'
import { openSubjectIndex, type SubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { buildParts, testKeys } from '../subject-index/make-index.ts'
import { sentence } from './rows.ts'

/**
 * What an index of several parts costs a scan: JSON Lines in memory in GB per second of one core's time, medians of five interleaved
 * rounds after one to warm up. All have the same numbers of 19 digits; the smaller parts have a hundredth of them each. Run on one
 * core: `taskset -c 0 node test/bench/index-parts.ts [numbers] [megabytes]`; results are kept, dated, in `results/`.
 */
const numbers = Number(process.argv[2] ?? 1_000_000)
const megabytes = Number(process.argv[3] ?? 64)
const rounds = 5

const number = (n: number) => String(10n ** 18n + BigInt(Math.imul(n, 0x9e3779b1) >>> 0) * 1_000_003n)
const row = (n: number) =>
  `{"event_id":"${number(n)}","ts":"2026-03-11T12:10:07.123Z","user_id":"${number(n + 1e8)}","device":"${number(n + 2e8)}",` +
  `"payload":{"session":"${number(n + 3e8)}","lang":"en","text":"${sentence}","dur":${n % 997},"watch":0.5},"tags":["music","dance"]}\n`
let text = ''
for (let n = 1e9; text.length < megabytes * 1e6; n++) text += row(n)
const corpus = Buffer.from(text)

const ids = Array.from({ length: numbers }, (_, n) => number(n))
const part = Math.floor(numbers / 100)
const indexes = [[], [part], [part, 2 * part]].map((held) => {
  const parts = buildParts([...held.toReversed().map((count) => ids.slice(0, numbers - count)), ids])
  return openSubjectIndex(parts, testKeys)
})

function seconds(index: SubjectIndex, forms: readonly string[]): number {
  const before = process.threadCpuUsage()
  const matcher = createFormMatcher(index, forms, () => {})
  for (let at = 0; at < corpus.length; at += 65_536) matcher.write(corpus.subarray(at, at + 65_536))
  matcher.end()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1e6
}

console.log(`${numbers} numbers, ${megabytes} MB; Node ${process.version}, ${cpus()[0]?.model.trim()}`)
console.log(`load ${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores\n`)
console.log('| | one index | two parts | three parts |\n|---|---|---|---|')
for (const [name, forms] of [
  ['plain', []],
  ['default forms', defaultForms],
] as const) {
  const taken = indexes.map((): number[] => [])
  for (const index of indexes) seconds(index, forms)
  for (let round = 0; round < rounds; round++)
    for (const [at, index] of indexes.entries()) taken[at]!.push(seconds(index, forms))
  const rates = taken.map((of) => (corpus.length / of.sort((a, b) => a - b)[rounds >> 1]! / 1e9).toFixed(2))
  console.log(`| ${name} | ${rates.join(' | ')} |`)
}
