import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { seededRandom } from '../../lib/cli/demo/seeded-random.ts'
import { createFormMatcher } from '../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../lib/scan/forms/form-names.ts'
import { makeIndex } from '../subject-index/make-index.ts'

/**
 * What looking for integers and UUIDs in bytes costs, beside the default forms: MB in memory per second of one core's time, the best of five runs after one to warm up; and how often
 * numbers of so many digits are met by chance in what is there.
 * Run: `node test/bench/binary.ts [identifiers] [megabytes]`; results are kept, dated, in `results/`.
 */
const identifiers = Number(process.argv[2] ?? 1_000_000)
const megabytes = Number(process.argv[3] ?? 16)

const next = seededRandom(20261130)
const below = (n: number) => Math.floor(next() * n)
const noise = (length: number) => Buffer.from(Uint32Array.from({ length: length / 4 }, () => below(2 ** 32)).buffer)
/** As services give them out in turn: milliseconds of eleven years, 10 bits of a machine, 12 that count. */
const snowflake = () => (BigInt(1.5e11 + below(3.5e11)) << 22n) | BigInt(below(2 ** 22))
const uuid = () =>
  noise(16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

/** Rows of a table of InnoDB: a head, a key, numbers of a transaction, a name, another key, a date. */
function row(): Buffer {
  const bytes = Buffer.alloc(60)
  bytes.writeUInt32BE(0x20000010 + below(256), 1)
  bytes.writeBigUInt64BE(snowflake() | (1n << 63n), 5)
  bytes.writeUIntBE(below(1e9), 13, 6)
  bytes.writeUIntBE(0x80 + below(1e6), 19, 6)
  bytes.write('a name of somebody', 26)
  bytes.writeBigUInt64BE(snowflake() | (1n << 63n), 46)
  bytes.writeUIntBE(0x99b0000000 + below(1e7), 54, 5)
  return bytes
}
const varint = (value: bigint): number[] =>
  value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)]
/** A message of protobuf behind its length: a key, a count, a text and a time. */
function message(): Buffer {
  const fields = [8, ...varint(snowflake()), 16, ...varint(BigInt(below(1000))), 26, 12, ...Buffer.from('hello, world')]
  const all = [...fields, 32, ...varint(1_764_500_000_000n + BigInt(below(1e9)))]
  return Buffer.from([all.length, ...all])
}
const line = () =>
  Buffer.from(`{"id":"${snowflake()}","user":${snowflake()},"text":"the quick brown fox","n":${below(99)}}\n`)
const japanese = () => Buffer.from(`${snowflake()},誰も見つからないはずです、たぶん。,${below(1e6)}\n`)
const many = (make: () => Buffer) => Buffer.concat(Array.from({ length: (megabytes * 1e6) / make().length }, make))

const index = makeIndex(Array.from({ length: identifiers }, (_, n) => (n % 2 === 0 ? String(snowflake()) : uuid())))
const contents: Record<string, () => Buffer> = {
  noise: () => noise(megabytes * 1e6),
  'rows of InnoDB': () => many(row),
  'messages of protobuf': () => many(message),
  'a program (Node)': () => readFileSync(process.execPath).subarray(0, megabytes * 1e6),
  'JSON Lines': () => many(line),
  'Japanese CSV': () => many(japanese),
}

function bestOf(bytes: Buffer, forms: readonly string[]): number {
  const run = () => {
    const { user, system } = process.threadCpuUsage()
    const matcher = createFormMatcher(index, forms, () => {})
    for (let at = 0; at < bytes.length; at += 262_144) matcher.write(bytes.subarray(at, at + 262_144))
    matcher.end()
    const after = process.threadCpuUsage()
    return after.user + after.system - user - system
  }
  run()
  return bytes.length / Math.min(...Array.from({ length: 5 }, run))
}

/** Of each number of digits, how many of `identifiers` would be met in a TB, if numbers of so many digits were drawn alike. */
function metByChance(bytes: Buffer): string[] {
  const counts = new Array<number>(25).fill(0)
  const note = (high: number) => counts[Math.floor(Math.log10(high * 2 ** 32)) + 1]!++
  for (let at = 0; at + 8 <= bytes.length; at++) {
    const high = bytes.readUInt32BE(at)
    note(bytes.readUInt32LE(at + 4))
    note(high)
    if (high >= 2 ** 31) note(high - 2 ** 31)
  }
  return [13, 16, 17, 18, 19].map((digits) =>
    ((((counts[digits]! / bytes.length) * 1e12) / (9 * 10 ** (digits - 1))) * identifiers).toPrecision(2),
  )
}

console.log(
  `${identifiers} identifiers, half of them UUIDs, ${megabytes} MB; ${process.version}, ${cpus()[0]?.model.trim()}\n`,
)
console.log(
  '| MB/s | default forms | and binary-uuid | and binary-integer | both | met in a TB: 13 | 16 | 17 | 18 | 19 digits |',
)
console.log('|---|---|---|---|---|---|---|---|---|---|')
for (const [name, make] of Object.entries(contents)) {
  const bytes = make()
  const rates = [[], ['binary-uuid'], ['binary-integer'], ['binary-uuid', 'binary-integer']].map((forms) =>
    bestOf(bytes, [...defaultForms, ...forms]).toPrecision(3),
  )
  console.log(`| ${[name, ...rates, ...metByChance(bytes)].join(' | ')} |`)
}
