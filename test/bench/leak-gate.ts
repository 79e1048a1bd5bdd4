import { cpus, loadavg } from 'node:os'
import { passLeakGate } from '../../lib/export/leak-gate/pass-leak-gate.ts'
import { caseKeysOf } from '../../lib/subject-index/case-keys.ts'
import { openSubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { sampleKeys, sampleLog, sampleNight, unsealedBundle } from '../support/sample-bundle.ts'
import { sampleCaseKey, sampleIndex } from '../support/sample-index.ts'

/**
 * The leak gate of a period in which every night had another manifest: how long it takes, in seconds of one core, and how much memory. Identifiers are
 * of three shapes, and none of them is in the bundle. Run: `nice node test/bench/leak-gate.ts [nights] [stores] [indexes] [subjects]`, in a process of
 * its own, since the peak of the memory is that of the process; results are kept, dated, in `results/`.
 */
const [nights, stores, indexes, subjects] = [90, 20, 5, 100_000].map((usual, n) =>
  Number(process.argv[2 + n] ?? usual),
) as [number, number, number, number]

function makeFiling() {
  const log = sampleLog(sampleKeys())
  for (let n = 0; n < nights; n++) sampleNight(log, n, stores)
  return unsealedBundle(log)
}

function* identifiers(night: number): Generator<string> {
  for (let n = 0; n < subjects; n++) {
    const number = night * subjects + n
    if (n % 3 === 0) yield String(8_000_000_000_000 + 7919 * number)
    else if (n % 3 === 1) yield `person.${number}@mail.example`
    else yield `5e1f0010-9b1c-4d7e-a3f2-${number.toString(16).padStart(12, '0')}`
  }
}

const cpu = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
const seconds = (from: number) => (cpu() - from).toFixed(1)

const { files, filing } = makeFiling()
const megabytes = [...files.values()].reduce((sum, { length }) => sum + length, 0) / 1e6
const compiled = Array.from({ length: indexes }, (_, night) => sampleIndex(identifiers(night)))
const before = process.memoryUsage.rss()
const began = cpu()
let opening = 0
const gate = await passLeakGate({
  files,
  filing,
  scopes: compiled.map((bytes, night) => ({
    manifestSha256: 'a'.repeat(64),
    subjects,
    runs: [`run ${night}`],
    open: async () => {
      const from = cpu()
      const index = openSubjectIndex(bytes, caseKeysOf(sampleCaseKey))
      opening += cpu() - from
      return index
    },
  })),
  runsWithoutScope: [],
})
const taken = seconds(began)
if (gate.scopes.length !== indexes) throw new Error('expected every index to be looked for')
const peak = process.resourceUsage().maxRSS / 1e6
console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}, load ${loadavg()[0]!.toFixed(1)}\n`)
console.log(
  '| nights × stores | indexes × subjects | files | MB | gate, one core | of it opening indexes | rss before | peak |',
)
console.log('|---|---|---|---|---|---|---|---|')
console.log(
  `| ${nights} × ${stores} | ${indexes} × ${subjects} | ${files.size} | ${megabytes.toFixed(0)} | ${taken} s | ${opening.toFixed(1)} s | ${(before / 1e9).toFixed(2)} GB | ${peak.toFixed(2)} GB |`,
)
