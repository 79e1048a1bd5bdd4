import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileSource } from '../../lib/file-source.ts'
import { Identifier } from '../../lib/manifest/identifier.ts'
import { runControls } from '../../lib/scan/controls/controls.ts'
import { createIndexBuilder } from '../../lib/subject-index/build-subject-index.ts'
import { caseKeysOf } from '../../lib/subject-index/case-keys.ts'
import { openPart } from '../../lib/subject-index/open-part.ts'
import { isTransferred, openSubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { testReport } from '../subject-index/make-index.ts'

/**
 * Builds an index of synthetic identifiers into a file, opens it, looks some up, and has its controls found in samples. Seconds are of one core's time, and
 * those of building leave out the making of identifiers; `rss` is the peak of the process until then. Run:
 * `node test/bench/index.ts [decimal|mixed] [identifiers] [more]`, once for each size; results are kept, dated, in `results/`. With `more`
 * it also adds so many to it, in a process of its own, from manifests with none, as many, and all of those that it has already.
 */
const [kind = 'decimal', size = '1000000', more = '0', base] = process.argv.slice(2)
const identifiers = Number(size)

const scratch = Buffer.alloc(64)
const hexDigits = Buffer.from('0123456789abcdef')

/** Two 32-bit words that follow from a number: a permutation, so that no two numbers give the same. */
function wordsOf(n: number): [number, number] {
  let a = Math.imul(n ^ 0x5bd1e995, 0x9e3779b1)
  a = Math.imul(a ^ (a >>> 15), 0x85ebca6b)
  return [(a ^ (a >>> 13)) >>> 0, Math.imul(a, 0xc2b2ae35) >>> 0]
}

function decimal(n: number): string {
  const [a, b] = wordsOf(n)
  let at = 19
  for (let rest = a; at > 9; at--, rest = Math.floor(rest / 10)) scratch[at - 1] = 48 + (rest % 10)
  for (let rest = b; at > 1; at--, rest = Math.floor(rest / 10)) scratch[at - 1] = 48 + (rest % 10)
  scratch[0] = 49
  return scratch.toString('latin1', 0, 19)
}

function hex(n: number, length: number): void {
  const words = [...wordsOf(n), ...wordsOf(n + 0x40000000)]
  for (let at = 0; at < length; at++) scratch[at] = hexDigits[(words[at >> 3]! >>> (4 * (at & 7))) & 15]!
}

const shapes: ((n: number) => string)[] = [
  decimal,
  (n) => {
    hex(n, 32)
    const text = scratch.toString('latin1', 0, 32)
    return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`
  },
  (n) => `person.${n.toString(36)}@example.com`,
  (n) => `user_${n.toString(36)}`,
  (n) => `first.last-${n.toString(36)}`,
]
const textOf = kind === 'mixed' ? (n: number) => shapes[n % shapes.length]!(n) : decimal

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
const peak = () => `${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`

type Builder = ReturnType<typeof createIndexBuilder>
const keys = caseKeysOf(Buffer.alloc(32, 7))

/** Adds the identifiers of these numbers; returns the seconds without making them. */
function addRows(builder: Builder, from: number, to: number): number {
  let adding = 0
  for (let at = from; at < to; at += 50_000) {
    const batch = Array.from({ length: Math.min(50_000, to - at) }, (_, n) => new Identifier(textOf(at + n)))
    const before = cpuSeconds()
    for (const [n, id] of batch.entries()) {
      const problem = builder.add(at + n + 1, id)
      if (problem !== undefined) throw new Error(problem)
    }
    adding += cpuSeconds() - before
  }
  return adding
}

function writeTo(path: string, builder: Builder) {
  const before = cpuSeconds()
  const file = openSync(path, 'wx')
  const summary = builder.finish(testReport, (bytes) => {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
  })
  closeSync(file)
  return { summary, seconds: cpuSeconds() - before }
}

/** Adds to the index in a file so many identifiers, of a manifest with `known` that are in it already. */
function addTo(path: string, count: number, known: number): void {
  let read = 0
  const file = fileSource(path)
  const counting = {
    size: file.size,
    read(from: number, to: number) {
      read += to - from
      return file.read(from, to)
    },
  }
  const before = cpuSeconds()
  const part = openPart(counting, keys)
  const opening = cpuSeconds() - before
  const builder = createIndexBuilder({ caseRule: 'fold', keys, random: randomBytes, bases: [part] })
  const adding = addRows(builder, identifiers - known, identifiers + count)
  const { summary, seconds } = writeTo(`${path}.${known}`, builder)
  if (summary.duplicates.count !== known) throw new Error('expected every identifier')
  console.log(
    `| ${summary.subjects} | ${known} | ${opening.toFixed(2)} s | ${adding.toFixed(2)} s | ${seconds.toFixed(2)} s | ${ownPeak()} ` +
      `| ${(read / 1e6).toFixed(0)} of ${(file.size / 1e6).toFixed(0)} MB | ${(statSync(`${path}.${known}`).size / summary.subjects).toFixed(2)} bytes/ID |`,
  )
}

/** Of this process since it began to be one: `maxRSS` has what the one before it had when it made this one. */
const ownPeak = () => {
  const [, kilobytes] = /VmHWM:\s+([0-9]+) kB/.exec(readFileSync('/proc/self/status', 'latin1')) ?? []
  return kilobytes === undefined ? '' : `${(Number(kilobytes) / 1e6).toFixed(2)} GB`
}

if (base !== undefined) {
  console.log(`\nalone: ${ownPeak()}\n`)
  console.log('| added | there already | opening the base | adding | finishing | peak rss | read of the base | file |')
  console.log('|---|---|---|---|---|---|---|---|')
  for (const known of [0, Number(more), identifiers]) addTo(base, Number(more), known)
  process.exit()
}

const folder = mkdtempSync(join(tmpdir(), 'index-bench-'))
const path = join(folder, 'index')
try {
  const builder = createIndexBuilder({ caseRule: 'fold', keys, random: randomBytes })
  const adding = addRows(builder, 0, identifiers)
  const { summary, seconds: finishing } = writeTo(path, builder)
  const buildPeak = peak()

  const beforeOpening = cpuSeconds()
  const memoryBefore = process.memoryUsage().arrayBuffers
  const index = openSubjectIndex(fileSource(path), keys)
  const opening = cpuSeconds() - beforeOpening
  const held = process.memoryUsage().arrayBuffers - memoryBefore
  const lookups = 20_000
  const beforeLooking = cpuSeconds()
  for (let n = 0; n < lookups; n++)
    if (!isTransferred(index, textOf(wordsOf(n)[0] % identifiers))) throw new Error('expected every identifier')
  const looking = (cpuSeconds() - beforeLooking) / lookups
  const { first, second } = index.parts[0]!.filter
  const { positive, negative } = await runControls(index)
  if (positive.detected !== positive.planted || negative.falseAlarms > 0) throw new Error('expected every control')

  console.log(`Node ${process.version}, ${cpus()[0]?.model.trim()}; ${kind}, ${summary.subjects} subjects\n`)
  console.log(
    '| adding | finishing | together | peak rss | filter | file | opening | held by it | a lookup in any place |',
  )
  console.log('|---|---|---|---|---|---|---|---|---|')
  console.log(
    `| ${adding.toFixed(1)} s | ${finishing.toFixed(1)} s | ${(adding + finishing).toFixed(1)} s | ${buildPeak} ` +
      `| ${((first.length + second.length) / summary.subjects).toFixed(3)} bytes/ID ` +
      `| ${(statSync(path).size / summary.subjects).toFixed(2)} bytes/ID | ${opening.toFixed(2)} s | ${(held / 1e6).toFixed(1)} MB ` +
      `| ${(looking * 1e6).toFixed(1)} µs |`,
  )
  if (more !== '0')
    execFileSync(process.execPath, [import.meta.filename, kind, size, more, path], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
} finally {
  rmSync(folder, { recursive: true })
}
