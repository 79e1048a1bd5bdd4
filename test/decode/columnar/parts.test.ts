import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cuttableFormat, decodeParts } from '../../../lib/decode/parts/decode-parts.ts'
import { createPieceDigest } from '../../../lib/decode/parts/piece-digest.ts'
import type { OpenSink } from '../../../lib/decode/sink.ts'
import { ReadFailed } from '../../../lib/errors.ts'
import { cutIntoSlices } from '../../../lib/inventory/slice.ts'
import { collect, inPieces } from '../collect.ts'
import { bytesOf, kind, lengths, orcFile, type } from './orc-writer.ts'

const corpus = new URL('../../corpus/', import.meta.url)
const files = ['parquet', 'orc'].flatMap((format) =>
  readdirSync(new URL(`${format}/`, corpus))
    .filter((name) => name.endsWith('.bin'))
    .map((name) => ({
      name: `${format}/${name.slice(0, -4)}`,
      bytes: readFileSync(new URL(`${format}/${name}`, corpus)),
    })),
)
const bytesIn = (name: string) => files.find((file) => file.name === name)!.bytes

type Slice = { from: number; to: number }

/** What comes of one slice. */
async function readSlice(
  bytes: Buffer,
  slice: Slice,
  read = (range: Slice) => inPieces(bytes.subarray(range.from, range.to), [997]),
) {
  const contents: Record<string, string> = {}
  const digest = createPieceDigest()
  const open: OpenSink = (path) => {
    const name = path.join('/')
    if (contents[name] !== undefined) throw new Error(`content ${name} was opened twice`)
    contents[name] = '…'
    return {
      write(chunk) {
        contents[name] = `${contents[name]!.slice(0, -1)}${Buffer.from(chunk)}…`
      },
      end() {
        contents[name] = contents[name]!.slice(0, -1)
      },
    }
  }
  const reading = await decodeParts(
    { size: bytes.length, read },
    { format: cuttableFormat(bytes.subarray(0, 512))!, slice },
    open,
    { digest },
  )
  return reading && { ...reading, contents, sha256: digest.sha256Of(reading.end - reading.start) }
}

/** What comes of slices together: their contents, none of which may be in two of them. */
async function readSlices(bytes: Buffer, slices: readonly Slice[]) {
  const read = await Promise.all(slices.map((slice) => readSlice(bytes, slice)))
  const all = read.map((each) => each ?? expect.fail('expected parts'))
  const names = all.flatMap(({ contents }) => Object.keys(contents))
  expect(new Set(names).size).toBe(names.length)
  const extents = all.filter(({ start, end }) => end > start)
  expect(extents.map(({ start }) => start)).toEqual([0, ...extents.slice(0, -1).map(({ end }) => end)])
  expect(extents.at(-1)!.end).toBe(bytes.length)
  for (const { start, end, sha256 } of extents) expect(sha256).toBe(hash('sha256', bytes.subarray(start, end)))
  return {
    contents: Object.assign({}, ...all.map(({ contents }) => contents)),
    gaps: all.flatMap(({ gaps }) => gaps),
    parts: extents.length,
  }
}

async function readWhole(bytes: Buffer) {
  const { reading, contents } = await collect(inPieces(bytes, [4096]))
  const ended = [...contents].map(([path, { bytes, ended }]) => [path, `${bytes}${ended ? '' : '…'}`])
  return { contents: Object.fromEntries(ended), gaps: reading.gaps }
}

const edgesToSlices = (edges: readonly number[], size: number) => {
  const bounds = [...new Set([0, ...edges.map((edge) => edge % size), size])].toSorted((one, other) => one - other)
  return bounds.slice(1).map((to, index) => ({ from: bounds[index]!, to }))
}

describe('a table in slices', () => {
  test.each(files)('gives what it gives in one piece, each content in one slice: $name', async ({ bytes }) => {
    expect(cuttableFormat(bytes.subarray(0, 512))).toBeDefined()
    const { contents } = await readWhole(bytes)
    for (const most of [bytes.length, Math.ceil(bytes.length / 2), Math.ceil(bytes.length / 7)]) {
      const joined = await readSlices(bytes, cutIntoSlices(bytes.length, most))
      expect(joined.gaps).toEqual([])
      expect(joined.contents).toEqual(contents)
    }
  })

  test.each(['parquet/arrow-zstd', 'parquet/arrow-page-index', 'orc/stripes'])(
    'wherever it is cut, and really in several parts: %s',
    async (name) => {
      const bytes = bytesIn(name)
      const { contents } = await readWhole(bytes)
      let several = 0
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(1e6), { minLength: 1, maxLength: 6 }), async (edges) => {
          const joined = await readSlices(bytes, edgesToSlices(edges, bytes.length))
          expect(joined.contents).toEqual(contents)
          several += joined.parts > 1 ? 1 : 0
        }),
        { numRuns: 12 },
      )
      expect(several).toBeGreaterThan(3)
    },
  )

  test('is never without a gap in some slice where one is damaged so that the whole has one', async () => {
    const bytes = bytesIn('orc/small-zlib')
    for (let at = 20; at < bytes.length; at += 7) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0x55
      const whole = await readWhole(damaged)
      const read = await Promise.all(cutIntoSlices(bytes.length, 200).map((slice) => readSlice(damaged, slice)))
      // What cannot be cut is read as a whole.
      if (whole.gaps.length > 0 && read.every((each) => each !== undefined))
        expect(read.flatMap((each) => each!.gaps)).not.toEqual([])
    }
  })

  test('has its bytes between stripes, and behind the last, in the slice before', async () => {
    const user = 'user 1111111111'
    const stripe = { rows: 1, streams: [{ kind: kind.data, column: 1, bytes: bytesOf(0x80) }] }
    const bytes = orcFile({ types: [type.boolean], stripes: [stripe, stripe, stripe], between: Buffer.from(user) })
    for (let edge = 1; edge < bytes.length; edge++) {
      const joined = await readSlices(bytes, edgesToSlices([edge], bytes.length))
      expect(joined.gaps).toEqual([])
      const slack = Object.entries(joined.contents).filter(([name]) => name.includes('slack'))
      expect(slack.map(([, text]) => text)).toEqual([user, user, user])
    }
  })

  test('is a gap of the slice whose bytes the medium does not give, and of no other', async () => {
    const bytes = bytesIn('orc/stripes')
    const slices = cutIntoSlices(bytes.length, Math.ceil(bytes.length / 3))
    const failing = (range: Slice) => {
      const isOfSecond = range.from >= slices[1]!.from && range.from < slices[2]!.from && range.to < bytes.length
      if (isOfSecond) throw new ReadFailed('medium: expected more bytes')
      return inPieces(bytes.subarray(range.from, range.to), [997])
    }
    const read = await Promise.all(slices.map((slice) => readSlice(bytes, slice, failing)))
    expect(read.map((each) => each?.gaps.map(({ reason }) => reason))).toEqual([[], ['read-error'], []])
  })
})

test('stripes that do not follow each other are not cut', async () => {
  const stripe = (rows: number) => ({ rows, streams: [{ kind: kind.length, column: 1, bytes: lengths(1) }] })
  const bytes = orcFile({
    types: [type.long],
    stripes: [stripe(0), stripe(0)],
    footer: { 3: [{ 1: 3 }, { 1: 30 }, { 1: 20 }] },
  })
  expect(await readSlice(bytes, { from: 0, to: 10 })).toBeUndefined()
})
