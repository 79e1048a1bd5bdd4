import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { zipIn } from '../../../lib/decode/archive/zip/zip-format.ts'
import { byteSource } from '../../../lib/decode/byte-source.ts'
import { decodeContent, isContainer } from '../../../lib/decode/decode-content.ts'
import { addGap, createDecoding, DecodingStopped } from '../../../lib/decode/decoding.ts'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { decodeParts } from '../../../lib/decode/parts/decode-parts.ts'
import { createPieceDigest } from '../../../lib/decode/parts/piece-digest.ts'
import type { OpenSink } from '../../../lib/decode/sink.ts'
import { ReadFailed } from '../../../lib/errors.ts'
import { type PlacedOccurrence, scanObject } from '../../../lib/scan/scan-object.ts'
import { type SliceScan, scanSlice } from '../../../lib/scan/slices/scan-slice.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { inPieces } from '../collect.ts'
import { extraField, type ZipFields, type ZipOptions, zip64Extra, zipOf } from './zip-writer.ts'

type Slice = { from: number; to: number }

/** Contents by path, each `…` unless it has ended. */
function contentsOf(): { open: OpenSink; contents: Record<string, string> } {
  const contents: Record<string, string> = {}
  const open: OpenSink = (path) => {
    const name = path.join('/')
    if (contents[name] !== undefined) throw new Error(`content ${name} was opened twice`)
    contents[name] = '…'
    return {
      write(chunk) {
        contents[name] = `${contents[name]!.slice(0, -1)}${Buffer.from(chunk).toString('latin1')}…`
      },
      end() {
        contents[name] = contents[name]!.slice(0, -1)
      },
    }
  }
  return { open, contents }
}

const gapsOf = (gaps: readonly { reason: string; path: readonly string[] }[]) =>
  gaps.map(({ reason, path }) => `${reason} ${path.join('/')}`)

async function readWhole(bytes: Buffer, partBytes: number) {
  const { open, contents } = contentsOf()
  const decoding = createDecoding(open, defaultLimits, decodeContent, isContainer)
  decoding.storedBytes = bytes.length
  const source = byteSource(inPieces(bytes, [97]))
  try {
    await zipIn(partBytes).read({ source, path: ['zip'] }, decoding)
    if ((await source.peek(1)).length > 0)
      addGap(decoding, { reason: 'trailing-data', path: [], offset: 0, detail: 'expected an end' })
  } catch (error) {
    if (!(error instanceof DecodingStopped)) throw error
    addGap(decoding, error.gap)
  }
  return { contents, gaps: gapsOf(decoding.gaps) }
}

const ofRange = (bytes: Buffer) => (range: Slice) => inPieces(bytes.subarray(range.from, range.to), [89])

/** What comes of slices together; absent: the archive is left to who reads it from its beginning, as each of them finds. */
async function readSlices(bytes: Buffer, partBytes: number, slices: readonly Slice[], read = ofRange(bytes)) {
  const contents: Record<string, string> = {}
  const twice: string[] = []
  const gaps: string[] = []
  const extents: Slice[] = []
  let uncut = 0
  for (const slice of slices) {
    const own = contentsOf()
    const digest = createPieceDigest()
    const object = { size: bytes.length, read }
    const reading = await decodeParts(object, { format: zipIn(partBytes), slice }, own.open, { digest })
    twice.push(...Object.keys(own.contents).filter((name) => contents[name] !== undefined))
    Object.assign(contents, own.contents)
    if (reading === undefined) uncut += 1
    else if (reading.end > reading.start) {
      extents.push({ from: reading.start, to: reading.end })
      const pinned = digest.sha256Of(reading.end - reading.start)
      if (reading.gaps.length === 0) expect(pinned).toBe(hash('sha256', bytes.subarray(reading.start, reading.end)))
    }
    gaps.push(...gapsOf(reading?.gaps ?? []))
  }
  expect([0, slices.length]).toContain(uncut)
  if (uncut > 0) return undefined
  expect(extents.map(({ from }) => from)).toEqual([0, ...extents.slice(0, -1).map(({ to }) => to)])
  expect(extents.at(-1)!.to).toBe(bytes.length)
  return { contents, twice, gaps, parts: extents.length }
}

const slicesAt = (edges: readonly number[], size: number): Slice[] => {
  const bounds = [...new Set([0, ...edges.map((edge) => edge % size), size])].toSorted((one, other) => one - other)
  return bounds.slice(1).map((to, at) => ({ from: bounds[at]!, to }))
}
const everywhere = (size: number, step = 1) =>
  slicesAt(
    Array.from({ length: size / step }, (_, at) => at * step),
    size,
  )

const text = fc
  .string({ unit: fc.constantFrom('a', '1', '\n', 'é', 'PK', 'PK\x07\x08', 'PK\x03\x04', 'PK\x01\x02'), maxLength: 40 })
  .map((text) => `x${text}`)
const comment = fc.constantFrom('', 'c 8888888888', 'PK', 'also a comment')
const entry: fc.Arbitrary<ZipFields> = fc.record(
  {
    data: fc.oneof(
      { weight: 4, arbitrary: text },
      text.map((inner) =>
        zipOf([
          { data: inner, method: 0 },
          { name: 'in', data: inner },
        ]),
      ),
    ),
    name: fc.constantFrom('a', 'some/name.txt', 'é'),
    method: fc.constantFrom(0, 8, 77),
    flags: fc.constantFrom(0, 0, 0, 1),
    extra: fc.constantFrom(Buffer.alloc(0), extraField(0x1234, 'odd 5555555555'), extraField(0x1234, '\x01\x02')),
    central: fc.record({ comment }),
    before: fc.oneof(
      fc.nat(9).map((length) => Buffer.alloc(length)),
      fc.constantFrom('\0note', '\0PKnote P', '\0\x01').map((bytes) => Buffer.from(bytes)),
    ),
  },
  { requiredKeys: ['data'] },
)
/** Sizes behind the data, which a reader cannot pass over. */
const streamed = fc.record({
  data: text,
  method: fc.constantFrom(0, 8),
  descriptor: fc.constantFrom('signed' as const, 'wide' as const),
})
const options: fc.Arbitrary<ZipOptions> = fc.record(
  { zip64: fc.boolean(), comment, behindEntries: fc.nat(9).map((length) => Buffer.alloc(length)) },
  { requiredKeys: [] },
)
/** Entries with nothing about them that is not read. */
const quiet = fc.record(
  {
    data: fc.stringMatching(/^[a-z \n]{1,50}$/),
    method: fc.constantFrom(0, 8),
    descriptor: fc.constantFrom('signed' as const, 'wide' as const),
    before: fc.constantFrom(Buffer.alloc(4), Buffer.from('\0note'), Buffer.from('PKnote P')),
  },
  { requiredKeys: ['data'] },
)
const several = { minLength: 2, maxLength: 7 }
const archive = fc
  .tuple(fc.oneof(fc.array(quiet, several), fc.array(fc.oneof(entry, streamed), several)), options)
  .map(([entries, options]) => zipOf([{ data: 'first' }, ...entries], options))
const cuts = fc.oneof(
  fc.array(fc.nat(1e6), { minLength: 3, maxLength: 6 }).map((edges) => (size: number) => slicesAt(edges, size)),
  fc.integer({ min: 20, max: 300 }).map((step) => (size: number) => everywhere(size, step)),
)
const partSize = fc.integer({ min: 1, max: 200 })

test('slices of any zip file are together what comes of it in one piece, wherever it is cut', async () => {
  let [inParts, sound] = [0, 0]
  await fc.assert(
    fc.asyncProperty(archive, partSize, cuts, async (bytes, most, cut) => {
      const whole = await readWhole(bytes, most)
      const slices = await readSlices(bytes, most, cut(bytes.length))
      // What looks like a second end is left to who reads all.
      if (slices === undefined) return
      const { parts, ...read } = slices
      expect(read).toEqual({ ...whole, twice: [] })
      inParts += parts > 2 ? 1 : 0
      sound += whole.gaps.length === 0 ? 1 : 0
    }),
    { numRuns: 120 },
  )
  expect(inParts).toBeGreaterThan(10)
  expect(sound).toBeGreaterThan(4)
})

test('slices of any zip file have a gap where it has one in one piece: records among bytes that are of no entry', async () => {
  const foreign = fc.record({ data: text, before: text.map((bytes) => Buffer.from(`\0${bytes}PK\x03\x04`)) })
  const archive = fc.array(fc.oneof(foreign, streamed), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(archive, partSize, cuts, async (entries, most, cut) => {
      const bytes = zipOf([{ data: 'first' }, ...entries])
      const whole = await readWhole(bytes, most)
      const slices = await readSlices(bytes, most, cut(bytes.length))
      if (slices !== undefined) expect(slices.gaps.length > 0).toBe(whole.gaps.length > 0)
    }),
    { numRuns: 60 },
  )
})

const one = 'first 1111111111\n'
const two = 'second 2222222222\n'
const three = { name: 'c', data: 'third 3333333333\n' }
const sample = (first: ZipFields = {}, options: ZipOptions = {}) =>
  zipOf([{ data: one, ...first }, { name: 'b', data: two, method: 0 }, three], options)

test('each member is of one slice, the names with those that begin beside them, and the directory of the last', async () => {
  const bytes = sample({}, { comment: 'all 4444444444' })
  const read = await readSlices(bytes, 20, everywhere(bytes.length, 4))
  expect(read).toEqual({
    contents: {
      'zip/member-1': one,
      'zip/names': 'a\t\n',
      'zip/member-2': two,
      'zip/names-2': 'b\t\n',
      'zip/member-3': three.data,
      'zip/names-3': 'c\t\nall 4444444444\t',
    },
    twice: [],
    gaps: [],
    parts: 3,
  })
})

test('an archive of many members and few slices has all of them, in 64 bits too', async () => {
  const entries = Array.from({ length: 1000 }, (_, n) => ({ name: `n-${n}`, data: `text ${n}\n`, method: 0 }))
  for (const zip64 of [true, false]) {
    const bytes = zipOf(entries, { zip64 })
    const { contents } = await readWhole(bytes, 5000)
    const slices = await readSlices(bytes, 5000, everywhere(bytes.length, 20_000))
    expect(slices).toMatchObject({ contents, twice: [], gaps: [] })
    expect(Object.keys(contents).length).toBeGreaterThan(1008)
  }
})

function withLongerExtra(bytes: Buffer): Buffer {
  bytes.writeUInt16LE(9, 28)
  return bytes
}

describe('what is not clean in one piece is never clean in slices', () => {
  const inner = zipOf([{ data: 'hidden 7777777777' }])
  const none32 = 0xffffffff
  const lies: { name: string; bytes: Buffer }[] = [
    {
      name: 'a member that the directory does not name',
      bytes: zipOf([{ data: one }, { data: two, hidden: true }, three]),
    },
    { name: 'the first one', bytes: zipOf([{ data: one, hidden: true }, { data: two }, three]) },
    { name: 'the last one', bytes: zipOf([{ data: one }, { data: two }, { ...three, hidden: true }]) },
    { name: 'one that is named twice', bytes: sample({}, { order: ([a, b]) => [a!, a!, b!] }) },
    { name: 'a name that differs', bytes: sample({ central: { name: 'z' } }) },
    { name: 'a size that differs', bytes: sample({ central: { size: 1 } }) },
    { name: 'a checksum that differs', bytes: sample({ central: { crc: 1 } }) },
    { name: 'a method that differs', bytes: sample({ central: { method: 0 } }) },
    { name: 'encrypted only in the directory', bytes: sample({ central: { flags: 1 } }) },
    { name: 'encrypted', bytes: sample({ flags: 1 }) },
    { name: 'an offset in the middle of another member', bytes: sample({ central: { offset: 1 } }) },
    { name: 'an offset in the directory', bytes: sample({ central: { offset: 200 } }) },
    { name: 'an offset beyond the file', bytes: sample({ central: { offset: 1e6 } }) },
    {
      name: 'a stored size that ends within the next member',
      bytes: sample({ method: 0, storedSize: one.length + 4, size: one.length + 4 }),
    },
    { name: 'a stored size with the next member in it', bytes: sample({ method: 0, storedSize: one.length + 40 }) },
    { name: 'a stored size that is too small', bytes: sample({ storedSize: 3 }) },
    { name: 'a descriptor that is not there', bytes: sample({ descriptor: 'missing' }) },
    {
      name: 'an extra field that reaches into the next member',
      bytes: withLongerExtra(sample({ stored: Buffer.alloc(0), data: '' })),
    },
    { name: 'an end of another count', bytes: sample({}, { end: { entries: 2 } }) },
    { name: 'an end of another size', bytes: sample({}, { end: { size: 2 } }) },
    { name: 'an end of 64 bits of another count', bytes: sample({}, { zip64: true, end64: { entries: 2 } }) },
    { name: 'an end of 64 bits that is elsewhere', bytes: sample({}, { zip64: true, end64: { at: 2 } }) },
    { name: 'sizes of 64 bits that are not there', bytes: sample({ size: none32 }) },
    { name: 'a disk', bytes: sample({ central: { disk: 1 } }) },
    {
      name: 'a directory that names what is inside a stored member',
      bytes: (() => {
        // The directory says of the inner member what its own header says, and nothing of the one around it.
        const made = zipOf([{ data: one }, { data: inner, method: 0, central: { offset: 0 } }, three])
        return zipOf([
          { data: one },
          {
            data: inner,
            method: 0,
            name: 'a',
            central: {
              offset: made.indexOf(inner),
              method: 8,
              crc: inner.readUInt32LE(14),
              storedSize: inner.readUInt32LE(18),
              size: inner.readUInt32LE(22),
            },
          },
          three,
        ])
      })(),
    },
    {
      name: 'and also names the one around it',
      bytes: (() => {
        const at = zipOf([{ data: one }, { data: inner, method: 0 }]).indexOf(inner)
        const forged = {
          name: 'a',
          method: 8,
          crc: inner.readUInt32LE(14),
          storedSize: inner.readUInt32LE(18),
          size: inner.readUInt32LE(22),
        }
        const behind: ZipFields = { data: '', method: 0, name: 'q', central: { ...forged, offset: at } }
        return zipOf([{ data: one }, { data: inner, method: 0 }, behind, three], {
          order: ([a, b, c, d]) => [a!, b!, c!, d!],
        })
      })(),
    },
  ]
  test.each(lies)('$name', async ({ bytes }) => {
    const sizes = [1, 60]
    for (const most of sizes) {
      const whole = await readWhole(bytes, most)
      expect(whole.gaps).not.toEqual([])
      for (const step of [29, 120]) {
        const slices = await readSlices(bytes, most, everywhere(bytes.length, step))
        if (slices !== undefined) expect(slices.gaps).not.toEqual([])
      }
    }
  })

  test('wherever a byte is damaged or the file is cut off', async () => {
    const bytes = zipOf(
      [
        { data: one, extra: zip64Extra(1, 2) },
        { name: 'b', data: two, descriptor: 'signed' },
        { name: 'd', data: two, method: 0, descriptor: 'wide', before: Buffer.from('\0note') },
        three,
      ],
      { zip64: true },
    )
    let noticed = 0
    for (let at = 4; at < bytes.length; at += 3)
      for (const damaged of [Buffer.from(bytes).fill(bytes[at]! ^ 0x11, at, at + 1), bytes.subarray(0, at)]) {
        const { gaps } = await readWhole(damaged, 60)
        const slices = await readSlices(damaged, 60, everywhere(damaged.length, 70))
        if (gaps.length > 0 && slices !== undefined) expect(slices.gaps, `byte ${at}`).not.toEqual([])
        noticed += slices === undefined || slices.gaps.length > 0 ? 1 : 0
      }
    expect(noticed).toBeGreaterThan(bytes.length / 3)
  })
})

describe('left to who reads it from its beginning is an archive', () => {
  const cases: { name: string; bytes: Buffer }[] = [
    { name: 'with something behind its end', bytes: Buffer.concat([sample(), Buffer.from(two)]) },
    { name: 'with zeros behind its end', bytes: Buffer.concat([sample(), Buffer.alloc(40)]) },
    { name: 'whose comment is another archive', bytes: sample({}, { comment: sample().toString('latin1') }) },
    { name: 'whose directory has another order', bytes: sample({}, { order: (central) => central.toReversed() }) },
    { name: 'of a workbook', bytes: sample({ name: 'xl/workbook.xml' }) },
    { name: 'without a directory', bytes: sample().subarray(0, 150) },
  ]
  test.each(cases)('$name', async ({ bytes }) => {
    expect(await readSlices(bytes, 50, everywhere(bytes.length, 60))).toBeUndefined()
  })
})

test('a scan in slices finds in a large archive what a scan of the whole finds, in the same places', async () => {
  const user = 'some_handle_9'
  const filler = 'nobody is in this line of text\n'.repeat(280_000)
  const entries = [1, 2, 3].map((n) => ({
    name: `${n}-${user}.txt`,
    data: `${filler}${user},${n}\n${filler.slice(0, 999)}`,
    method: 0,
  }))
  const bytes = zipOf(entries, { comment: `by ${user}` })
  const read = async function* ({ from, to }: Slice) {
    for (let at = from; at < to; at += 2 ** 18) yield bytes.subarray(at, Math.min(at + 2 ** 18, to))
  }
  const index = makeIndex([user])
  const placeOf = ({ path, offset, record }: PlacedOccurrence) => `${path.join('/')} ${record} ${offset}`
  const whole: string[] = []
  const { gaps, records } = await scanObject(read({ from: 0, to: bytes.length }), index, (each) =>
    whole.push(placeOf(each)),
  )
  const found: string[] = []
  const scans: SliceScan[] = []
  for (const slice of everywhere(bytes.length, 12e6))
    scans.push(await scanSlice(read, slice, bytes.length, index, (each) => found.push(placeOf(each))))
  const parts = scans.flatMap((scan) => (scan.kind === 'parts' ? scan : []))
  expect(parts.filter(({ start, end }) => end > start)).toHaveLength(2)
  expect(parts.flatMap(({ gaps }) => gaps)).toEqual(gaps)
  expect(found.toSorted()).toEqual(whole.toSorted())
  expect([whole.length, parts.reduce((sum, { records }) => sum + records, 0)]).toEqual([7, records])
})

test('a fault of the medium is a gap of the slices that it has', async () => {
  const bytes = sample()
  const read = (range: Slice) => {
    if (range.from === 0) throw new ReadFailed('medium: expected more bytes')
    return ofRange(bytes)(range)
  }
  const slices = await readSlices(bytes, 1, everywhere(bytes.length, bytes.length), ofRange(bytes))
  expect(slices).toMatchObject({ gaps: [], parts: 1 })
  const reading = await decodeParts(
    { size: bytes.length, read },
    { format: zipIn(1), slice: { from: 0, to: 60 } },
    contentsOf().open,
  )
  expect(reading?.gaps).toMatchObject([{ reason: 'read-error' }])
})
