import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { embeddedPorts } from '../../lib/cli/embedded-ports.ts'
import { parseConfig } from '../../lib/config.ts'
import { makeStateDirectory, stateDirectory } from '../../lib/local/state-directory.ts'
import { Identifier } from '../../lib/manifest/identifier.ts'
import { buildIndex } from '../../lib/pipeline/build-index.ts'
import { createCountList } from '../../lib/pipeline/evidence/count-list.ts'
import { formatDocument, readDocument } from '../../lib/pipeline/evidence/documents.ts'
import { countsKey, passKey, runKey, segmentKey, storeKey } from '../../lib/pipeline/evidence/evidence-keys.ts'
import { openRun } from '../../lib/pipeline/open-run.ts'
import { proveSubject } from '../../lib/pipeline/prove-subject.ts'
import type { ScopeTree } from '../../lib/pipeline/scope/build-scope-tree.ts'
import { type SubjectsDocument, settleSubjects } from '../../lib/pipeline/settle-subjects.ts'
import type { Ports } from '../../lib/ports.ts'
import { formatSubjectProof, verifySubjectProof } from '../../lib/proof/subject-proof.ts'
import { cleanCoverage, report as sampleReport } from '../support/sample-run.ts'

/**
 * Both trees over decimal identifiers of a manifest of plain lines, a tenth of them found in two batches each, and proofs of some: each
 * step in a process of its own, by the tasks of a run. Seconds are of one core's time; `rss` is the peak of the process. Run:
 * `nice node test/bench/trees.ts [subjects]`, on one size at a time; results are kept, dated, in `results/`.
 */
const [size = '1000000', step, root = ''] = process.argv.slice(2)
const subjects = Number(size)
const runId = 'bench'
const at = '2026-11-26T00:00:00Z'
/** 19 digits, each another one. */
const textOf = (n: number) => `1${String(n * 7919).padStart(18, '0')}`

const paths = stateDirectory(join(root, 'state'))
const manifest = join(root, 'ids.txt')
const config = parseConfig({ manifest, stores: [{ id: 'sg', root: join(root, 'sg') }] })
const portsOf = () => embeddedPorts(paths, { config, meter: { add() {} } })

/** What has to be there: a manifest, and a store that was settled. */
async function prepare(ports: Ports): Promise<void> {
  const file = openSync(manifest, 'wx')
  for (let from = 0; from < subjects; from += 100_000)
    writeSync(
      file,
      Array.from({ length: Math.min(100_000, subjects - from) }, (_, n) => `${textOf(from + n)}\n`).join(''),
    )
  closeSync(file)
  mkdirSync(join(root, 'sg'))
  await openRun(ports, { runId, trigger: 'on-demand' })
}

async function settleStore(ports: Ports): Promise<void> {
  const { controls } = await readDocument<ScopeTree>(ports, runKey(runId, 'scope-tree.json'))
  const ref = (pass: number) => ({ runId, storeId: 'sg', pass })
  let found = 0
  for (const pass of [0, 1]) {
    const segment = { ...ref(pass), segment: 0 }
    const list = createCountList(ports.evidence, (part) => countsKey(segment, part))
    for (let batch = 0; pass === 0 && batch < 2; batch++)
      for (let from = 0; from < subjects; from += 1000) {
        const own = Array.from({ length: 100 }, (_, n) => from + n * 10).filter(
          (n) => n < subjects && !controls.includes(n),
        )
        if (batch === 0) found += own.length
        await list.add(Uint32Array.from(own.flatMap((ordinal) => [ordinal, 1])))
      }
    const counts = await list.finish()
    await ports.evidence.put(passKey(ref(pass), 'segments.json'), formatDocument({ schemaVersion: 1, segments: [{}] }))
    await ports.evidence.put(segmentKey(segment, 'coverage.json'), formatDocument({ counts }))
  }
  const report = {
    ...sampleReport,
    passes: [{ ...cleanCoverage, subjects: found }, cleanCoverage],
    requests: [],
  }
  await ports.evidence.put(storeKey(runId, 'sg', 'report.json'), formatDocument(report))
}

async function prove(ports: Ports): Promise<string> {
  const { leaves } = await readDocument<ScopeTree>(ports, runKey(runId, 'scope-tree.json'))
  const { scopeRoot, resultRoot, run } = await readDocument<SubjectsDocument>(ports, runKey(runId, 'subjects.json'))
  const envelopes = { runId, scopeEnvelope: 'a'.repeat(64), summaryEnvelope: 'b'.repeat(64) }
  const times: number[] = []
  const verifying: number[] = []
  const cpuMilliseconds = () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
  const cpu: number[] = []
  let largest = 0
  for (let n = 0; n < 100; n++) {
    const began = performance.now()
    const cpuBegan = cpuMilliseconds()
    const asked = await proveSubject(ports, envelopes, new Identifier(textOf(Math.floor((subjects * n) / 100))))
    times.push(performance.now() - began)
    cpu.push(cpuMilliseconds() - cpuBegan)
    if (asked.kind !== 'proof') throw new Error('expected a proof')
    const before = performance.now()
    verifySubjectProof(asked.proof, { population: leaves, scopeRoot, resultRoot, run })
    verifying.push(performance.now() - before)
    largest = Math.max(largest, formatSubjectProof(asked.proof).length)
  }
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!.toFixed(1)
  return `${largest} bytes | first ${times[0]!.toFixed(0)} ms, then ${median(times)} ms (${median(cpu)} ms of one core) | ${median(verifying)} ms`
}

const steps: Record<string, (ports: Ports) => Promise<unknown>> = {
  prepare,
  index: async (ports) => {
    await buildIndex(ports, { runId, at })
  },
  scope: async (ports) => {
    await buildIndex(ports, { runId, at, shard: 0 })
  },
  store: settleStore,
  result: async (ports) => {
    const ledger = { find: async () => ({ seq: 0, envelope: new Uint8Array(0) }) }
    const statuses = await settleSubjects(Object.create(ports, { ledger: { value: ledger } }), { runId })
    if (statuses.deleted === 0 || statuses.deleted + statuses.neverFound !== subjects)
      throw new Error('expected everybody to be deleted or never found')
  },
  prove,
}

if (step === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'trees-bench-'))
  try {
    await makeStateDirectory(stateDirectory(join(folder, 'state')))
    const told: Record<string, string> = {}
    for (const name of Object.keys(steps)) {
      const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), size, name, folder], {
        encoding: 'utf8',
      })
      if (child.status !== 0) throw new Error(child.stderr)
      told[name] = child.stdout.trim()
    }
    console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}\n`)
    console.log(
      '| subjects | index | scope tree | result tree | proof | proving | verifying |\n|---|---|---|---|---|---|---|',
    )
    console.log(`| ${subjects} | ${told.index} | ${told.scope} | ${told.result} | ${told.prove} |`)
  } finally {
    rmSync(folder, { recursive: true })
  }
} else {
  const ports = portsOf()
  const before = process.cpuUsage()
  const said = await steps[step]!(ports)
  const { user, system } = process.cpuUsage(before)
  ports.close()
  console.log(
    said ?? `${((user + system) / 1e6).toFixed(1)} s, rss ${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`,
  )
}
