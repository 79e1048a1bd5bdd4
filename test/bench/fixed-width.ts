import { cpus } from 'node:os'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'
import { defaultForms } from '../../lib/scan/forms/form-names.ts'
import { scanObject } from '../../lib/scan/scan-object.ts'
import type { SubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { chunksOf } from './rows.ts'
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

/** Numbers of eight lengths, as several systems have them: each is looked for at every place. */
const ofManyLengths = makeIndex(
  [12, 13, 14, 15, 16, 17, 18, 19].flatMap((length) => Array.from({ length: 20_000 }, () => `7${digits(length - 1)}`)),
)

const alone = () => `5${digits(79)}\n`
const idoc = () =>
  `${'E2EDP01008'.padEnd(30)}800${digits(16)}${digits(12)}02${`${digits(24)}${'0'.repeat(40)}${digits(9)}.000   PCE20260101${digits(35)}`.padEnd(1000)}\n`

const lines: Record<string, () => string> = {
  'a number, a name and numbers, 80 characters': () => `01${digits(16)}${name().padEnd(24)}20260101${digits(30)}\n`,
  'numbers alone, 80 digits': alone,
  'segments of an IDoc': idoc,
  'addresses behind a number': () => `${digits(8)}${`jd${digits(4)}@example.net`.padEnd(40)}${digits(8)}X\n`,
  CSV: () => `${digits(16)},2026-01-01T00:00:${digits(2)}Z,${name()},${digits(4)}\n`,
  'JSON Lines': () =>
    `{"id":"${digits(16)}","email":"a${digits(5)}@example.net","at":"2026-01-01T00:00:${digits(2)}Z"}\n`,
}

const without = defaultForms.filter((form) => form !== 'fixed-width')
const scan = (bytes: Buffer, list: SubjectIndex, forms: readonly string[]) => async () => {
  const { gaps } = await scanObject(chunksOf(bytes, 65_536), list, () => {}, { forms })
  return gaps.length
}

console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}; ${megabytes} MB a text\n`)
console.log('| lines | with, ns a byte | without | ratio |')
console.log('|---|---|---|---|')
const rows = [
  ...Object.entries(lines).map(([kind, line]) => ({ kind, line, list: index })),
  { kind: 'numbers alone, eight lengths in the list', line: alone, list: ofManyLengths },
  { kind: 'segments of an IDoc, eight lengths', line: idoc, list: ofManyLengths },
]
for (const { kind, line, list } of rows) {
  const block = Buffer.from(Array.from({ length: 4000 }, line).join(''))
  const bytes = Buffer.concat(Array.from({ length: Math.ceil((megabytes * 1e6) / block.length) }, () => block))
  const [withIt, withoutIt]: [Run[], Run[]] = [[], []]
  for (let round = 0; round <= rounds; round++) {
    const [one, other] = [await timed(scan(bytes, list, defaultForms)), await timed(scan(bytes, list, without))]
    if (one.found + other.found > 0) throw new Error('expected a text that is read to its end')
    if (round === 0) continue
    withIt.push(one)
    withoutIt.push(other)
  }
  const each = [median(withIt), median(withoutIt)].map((seconds) => (seconds * 1e9) / bytes.length)
  console.log(`| ${kind} | ${each[0]!.toFixed(1)} | ${each[1]!.toFixed(1)} | ${(each[0]! / each[1]!).toFixed(2)} |`)
}
