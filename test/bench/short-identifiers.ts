import { cpus } from 'node:os'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'
import { defaultForms } from '../../lib/scan/forms/form-names.ts'
import { scanObject } from '../../lib/scan/scan-object.ts'
import { makeIndex } from '../subject-index/make-index.ts'
import { chunksOf } from './rows.ts'
import { median, type Run, timed } from './worker.ts'

/**
 * What a list with short handles costs in texts that hold codes: CPU time of a scan in all default forms, and without base64 and hexadecimal digits, and how often
 * somebody is met in a MB of what was drawn at random. Medians of interleaved rounds after one to warm up. Run: `node test/bench/short-identifiers.ts [megabytes] [rounds]`;
 * results are kept, dated, in `results/`.
 */
const megabytes = Number(process.argv[2] ?? 16)
const rounds = Number(process.argv[3] ?? 5)
const next = seededRandom(20261129)
const drawn = (alphabet: string, count: number) =>
  Array.from({ length: count }, () => alphabet[Math.floor(alphabet.length * next())]).join('')
const letters = 'abcdefghijklmnopqrstuvwxyz'
const hexadecimal = '0123456789abcdef'
const digits = (count: number) => drawn('0123456789', count)
const word = (count: number) => drawn(letters, count)

/** As people choose them, of three to fifteen characters: `ann`, `berta_x7`. */
const handle = (shortest: number): string => {
  const text = `t${word(2 + Math.floor(6 * next()))}${next() < 0.3 ? `_${word(3)}` : ''}${digits(Math.floor(4 * next()))}`
  return text.length < shortest ? handle(shortest) : text
}
const lists = [3, 5, 9].map((shortest) => ({
  shortest,
  index: makeIndex(new Set(Array.from({ length: 100_000 }, () => handle(shortest)))),
}))

const lines: Record<string, () => string> = {
  'JSON of UUIDs, words, numbers and keys': () =>
    `{"id":"${drawn(hexadecimal, 8)}-${drawn(hexadecimal, 4)}-${drawn(hexadecimal, 12)}","by":"${word(7)}","ref":"${digits(16)}","key":"AKIA${word(16).toUpperCase()}"}\n`,
  'CSV of numbers and words': () => `${digits(8)},${word(7)},2026-01-01 00:00:${digits(2)},${digits(12)},${word(12)}\n`,
  'numbers of 18 digits': () => `${digits(18)}\n`,
  'digests in hexadecimal digits': () => `${drawn(hexadecimal, 64)}\n`,
  'tokens in base64': () => `"token":"${Buffer.from(drawn(hexadecimal, 48), 'hex').toString('base64')}"\n`,
}

const withoutCodes = defaultForms.filter((form) => form !== 'hex' && form !== 'base64')

console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}; ${megabytes} MB a text, 100,000 handles\n`)
console.log('| text | shortest handle | all default forms, ns a byte | without codes | met in a MB |')
console.log('|---|---|---|---|---|')
for (const [kind, line] of Object.entries(lines))
  for (const { shortest, index } of lists) {
    const bytes = Buffer.from(Array.from({ length: Math.ceil((megabytes * 1e6) / line().length) }, line).join(''))
    const scan = (forms: readonly string[]) => async () => {
      let met = 0
      await scanObject(chunksOf(bytes, 65_536), index, () => met++, { forms })
      return met
    }
    const [all, without]: [Run[], Run[]] = [[], []]
    for (let round = 0; round <= rounds; round++) {
      const [one, other] = [await timed(scan(defaultForms)), await timed(scan(withoutCodes))]
      if (round === 0) continue
      all.push(one)
      without.push(other)
    }
    const [ours, plain] = [all, without].map((runs) => ((median(runs) * 1e9) / bytes.length).toFixed(1))
    console.log(`| ${kind} | ${shortest} | ${ours} | ${plain} | ${((all[0]!.found * 1e6) / bytes.length).toFixed(2)} |`)
  }
