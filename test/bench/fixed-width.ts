import { cpus } from 'node:os'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'
import { defaultForms } from '../../lib/scan/forms/form-names.ts'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { median, type Run, timed } from './worker.ts'

/**
 * What looking for fields of fixed width takes, as CPU time of a scan with it and without it: of texts that have such fields, and of others. Medians of interleaved rounds after one to
 * warm up. Run: `node test/bench/fixed-width.ts [megabytes] [rounds]`; results are kept, dated, in `results/`.
 */
const megabytes = Number(process.argv[2] ?? 32)
const rounds = Number(process.argv[3] ?? 5)
const next = seededRandom(20261129)
const digits = (count: number) => Array.from({ length: count }, () => Math.floor(10 * next())).join('')
const names = ['SMITH', 'O NEILL', 'ANDERSSON', 'LI', 'FERNANDEZ GARCIA', 'VAN DER BERG', 'KIM']
const name = () => names[Math.floor(names.length * next())]!
const index = makeIndex([
  ...Array.from({ length: 10_000 }, () => `7${digits(15)}`),
  ...Array.from({ length: 1000 }, () => `user${digits(9)}@example.org`),
])

const lines: Record<string, () => string> = {
  'a number, a name and numbers, 80 characters': () => `01${digits(16)}${name().padEnd(24)}20260101${digits(30)}\n`,
  'numbers alone, 80 digits': () => `5${digits(79)}\n`,
  'addresses behind a number': () => `${digits(8)}${`jd${digits(4)}@example.net`.padEnd(40)}${digits(8)}X\n`,
  CSV: () => `${digits(16)},2026-01-01T00:00:${digits(2)}Z,${name()},${digits(4)}\n`,
  'JSON Lines': () =>
    `{"id":"${digits(16)}","email":"a${digits(5)}@example.net","at":"2026-01-01T00:00:${digits(2)}Z"}\n`,
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65536) yield bytes.subarray(at, at + 65536)
}

const without = defaultForms.filter((form) => form !== 'fixed-width')
const scan = (bytes: Buffer, forms: readonly string[]) => async () => {
  const { gaps } = await scanObject(chunksOf(bytes), index, () => {}, { forms })
  return gaps.length
}

console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}; ${megabytes} MB a text\n`)
console.log('| lines | with, ns a byte | without | ratio |')
console.log('|---|---|---|---|')
for (const [kind, line] of Object.entries(lines)) {
  const block = Buffer.from(Array.from({ length: 4000 }, line).join(''))
  const bytes = Buffer.concat(Array.from({ length: Math.ceil((megabytes * 1e6) / block.length) }, () => block))
  const [withIt, withoutIt]: [Run[], Run[]] = [[], []]
  for (let round = 0; round <= rounds; round++) {
    const [one, other] = [await timed(scan(bytes, defaultForms)), await timed(scan(bytes, without))]
    if (one.found + other.found > 0) throw new Error('expected a text that is read to its end')
    if (round === 0) continue
    withIt.push(one)
    withoutIt.push(other)
  }
  const each = [median(withIt), median(withoutIt)].map((seconds) => (seconds * 1e9) / bytes.length)
  console.log(`| ${kind} | ${each[0]!.toFixed(1)} | ${each[1]!.toFixed(1)} | ${(each[0]! / each[1]!).toFixed(2)} |`)
}
