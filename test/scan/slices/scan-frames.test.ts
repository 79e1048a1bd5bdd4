import { hash } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longRun } from '../../../lib/decode/checks/run-judge.ts'
import { framedText } from '../../../lib/decode/parts/decode-frames.ts'
import { ReadFailed } from '../../../lib/errors.ts'
import { contextFor } from '../../../lib/scan/forms/form-matcher.ts'
import { defaultForms } from '../../../lib/scan/forms/form-names.ts'
import { compareWith, opinionOnFrames } from '../../../lib/scan/opinion/second-opinion.ts'
import { type PlacedOccurrence, scanObject } from '../../../lib/scan/scan-object.ts'
import { type SliceScan, scanSlice } from '../../../lib/scan/slices/scan-slice.ts'
import { bgzfBlock } from '../../decode/compression/bgzf-block.ts'
import { type Block, seekTable, skippable, zstdFrame } from '../../decode/frames.ts'
import { gzipMember } from '../../decode/gzip-member.ts'
import { makeIndex } from '../../subject-index/make-index.ts'

const block = (text: Uint8Array) => bgzfBlock(text)

/** A frame of zstd behind one that says its size. */
function announced(text: Uint8Array): Buffer {
  const frame = zstdCompressSync(text)
  const header = Buffer.from('502a4d180400000000000000', 'hex')
  header.writeUInt32LE(frame.length, 8)
  return Buffer.concat([header, frame])
}

/** A frame that says that it ends behind what follows it. */
function longerBlock(text: Uint8Array, more: Uint8Array): Buffer {
  const bytes = Buffer.concat([bgzfBlock(text), more])
  bytes.writeUInt16LE(bytes.length - 1, 16)
  return bytes
}

function longerAnnounced(text: Uint8Array, more: Uint8Array): Buffer {
  const bytes = Buffer.concat([announced(text), more])
  bytes.writeUInt32LE(bytes.length - 12, 8)
  return bytes
}

const framings = [
  {
    name: 'blocks of BGZF',
    frame: block,
    stored: (text: Uint8Array) => bgzfBlock(text, 0),
    longer: longerBlock,
    named: (text: string, name: string) => gzipMember(text, { name }),
  },
  {
    name: 'frames of pzstd',
    frame: announced,
    stored: announced,
    longer: longerAnnounced,
    named: (text: string, name: string) => Buffer.concat([skippable(Buffer.from(name), 3), zstdCompressSync(text)]),
  },
  {
    name: 'frames of zstd one behind the other',
    frame: (text: Uint8Array) => zstdCompressSync(text),
    stored: (text: Uint8Array) => zstdFrame([{ type: 'raw', bytes: Buffer.from(text) }]),
    longer: (text: Uint8Array, more: Uint8Array) => Buffer.concat([zstdCompressSync(text), more]),
    named: (text: string, name: string) => Buffer.concat([skippable(Buffer.from(name), 3), zstdCompressSync(text)]),
  },
]

/** Slices of these texts are short, and what is around them has to be shorter. */
const shortLine = 0

const identifiers = ['1234567890123', 'bob.smith@example.org', '3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'some_handle_9']
const index = makeIndex(identifiers)

/** Lines with people in them, some written in a form, and now and then a long stretch without anything to cut at. */
function textOf(seed: number, lines: number): Buffer {
  let state = seed
  const draw = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 8) % below
  }
  return Buffer.from(
    Array.from({ length: lines }, () => {
      const id = identifiers[draw(identifiers.length)]!
      const written = [id, encodeURIComponent(id), Buffer.from(id).toString('hex'), 'nobody', 'é'][draw(5)]
      const long = draw(40) === 0 ? 'y'.repeat(draw(9000)) : ''
      return `${draw(100_000)},${written}${long};${'x'.repeat(draw(80))}\n`
    }).join('') + (seed % 2 === 0 ? 'the end,' : ''),
  )
}

/** The text in frames of about so many bytes, wherever that cuts it. */
function framed(text: Buffer, sizes: readonly number[], frame: (text: Uint8Array) => Buffer): Buffer {
  const frames: Buffer[] = []
  for (let at = 0, next = 0; at < text.length; next++) {
    const size = sizes[next % sizes.length]!
    frames.push(frame(text.subarray(at, at + size)))
    at += size
  }
  return Buffer.concat(frames)
}

const ofRange = (bytes: Buffer) =>
  async function* ({ from, to }: { from: number; to: number }) {
    for (let at = from; at < to; at += 700) yield Buffer.from(bytes.subarray(at, Math.min(at + 700, to)))
  }

/** Columns are told by each slice itself. */
const forms = defaultForms.filter((name) => name !== 'fixed-width')

async function whole(bytes: Buffer) {
  const found: string[] = []
  const scan = await scanObject(
    ofRange(bytes)({ from: 0, to: bytes.length }),
    index,
    (each) => found.push(placeOf(each)),
    { forms },
  )
  return { found: found.toSorted(), records: scan.records, decodedBytes: scan.decodedBytes, gaps: scan.gaps }
}

const placeOf = ({ path, ordinal, offset, record, form }: PlacedOccurrence) =>
  `${path.join('/')} ${ordinal} ${offset} ${record} ${form ?? ''}`

function slicesOf(edges: readonly number[], size: number) {
  const bounds = [...new Set([0, ...edges.map((edge) => edge % size), size])].toSorted((one, other) => one - other)
  return bounds.slice(1).map((to, at) => ({ from: bounds[at]!, to }))
}

/** Slices joined: what is in earlier ones comes before. */
async function inSlices(bytes: Buffer, edges: readonly number[], read = ofRange(bytes)) {
  const found: string[] = []
  const gaps: string[] = []
  const extents: [number, number][] = []
  let [records, decodedBytes] = [0, 0]
  for (const slice of slicesOf(edges, bytes.length)) {
    const own: PlacedOccurrence[] = []
    const keep = (each: PlacedOccurrence) => own.push(each)
    const scan = await scanSlice(read, slice, bytes.length, index, keep, { line: shortLine, forms })
    if (scan.kind !== 'frames') throw new Error(`expected frames, got ${scan.kind}`)
    for (const each of own)
      found.push(placeOf({ ...each, offset: decodedBytes + each.offset, record: records + each.record }))
    if (scan.end > scan.start) extents.push([scan.start, scan.end])
    // Exactly the stored bytes of its frames are pinned, also where something in their text is a gap.
    const ofExtent = hash('sha256', bytes.subarray(scan.start, scan.end))
    expect(scan.sha256 ?? ofExtent).toBe(ofExtent)
    expect(scan.sha256 !== undefined || scan.gaps.length > 0).toBe(scan.end > scan.start || scan.gaps.length > 0)
    records += scan.records
    decodedBytes += scan.decodedBytes
    gaps.push(...scan.gaps.map(({ reason }) => reason))
  }
  return { joined: { found: found.toSorted(), records, decodedBytes }, gaps, extents }
}

const doTile = (extents: readonly [number, number][], size: number) =>
  extents.every(([start], at) => start === (extents[at - 1]?.[1] ?? 0)) && extents.at(-1)?.[1] === size

describe.each(framings)('slices of $name', ({ frame, stored, longer, named }) => {
  it('together find what a scan of the whole finds, wherever frames and slices are cut', async () => {
    let several = 0
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1e6),
        fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(1e6), { minLength: 1, maxLength: 5 }),
        async (seed, sizes, edges) => {
          const bytes = framed(
            textOf(seed, 300),
            sizes.map((size) => size + 200),
            frame,
          )
          const { gaps, ...expected } = await whole(bytes)
          expect(gaps).toEqual([])
          const { joined, gaps: ofSlices, extents } = await inSlices(bytes, edges)
          expect(ofSlices).toEqual([])
          expect(joined).toEqual(expected)
          expect(doTile(extents, bytes.length)).toBe(true)
          several += extents.length > 1 && joined.found.length > 30 ? 1 : 0
        },
      ),
      { numRuns: 10 },
    )
    expect(several).toBeGreaterThan(3)
  })

  it('find what two frames share, and what they share with a third, at every edge', async () => {
    const user = identifiers[0]!
    const before = `${'z '.repeat(2500)}`
    for (const cut of [1, 7, user.length - 1]) {
      const text = Buffer.from(`${before}${user} and ${'z'.repeat(6000)}${before}`)
      const at = before.length + cut
      const pieces = [
        text.subarray(0, at),
        text.subarray(at, at + 3),
        text.subarray(at + 3, at + 3),
        text.subarray(at + 3),
      ]
      const frames = pieces.map(frame)
      const bytes = Buffer.concat(frames)
      const { gaps, ...expected } = await whole(bytes)
      expect([gaps, expected.found.length]).toEqual([[], 1])
      let edge = 0
      for (const { length } of frames) {
        edge += length
        for (const each of [edge - 1, edge, edge + 1]) expect((await inSlices(bytes, [each])).joined).toEqual(expected)
      }
    }
  })

  it('do not meet where a frame inside of a frame is taken for one', async () => {
    // Stored and not compressed, so that the inner one is there byte by byte.
    const inner = frame(Buffer.from('inner text '.repeat(3)))
    const filler = (seed: string) =>
      Buffer.concat(Array.from({ length: 100 }, (_, at) => hash('sha256', `${seed}${at}`, 'buffer')))
    const bytes = Buffer.concat([
      stored(Buffer.concat([filler('a'), inner, inner, filler('b')])),
      frame(Buffer.from('last\n')),
    ])
    const { gaps: _, ...expected } = await whole(bytes)
    const sound: object[] = []
    const edges = Array.from({ length: Math.floor(bytes.length / 97) }, (_, at) => 1 + at * 97)
    for (const edge of edges) {
      const scans = await inSlices(bytes, [edge])
      sound.push(...(doTile(scans.extents, bytes.length) ? [scans.joined] : []))
    }
    expect(sound).toEqual(sound.map(() => expected))
    expect(sound.length).toBeGreaterThan(0)
    // Some edges lie in front of the inner frames, which are taken for outer ones then.
    expect(sound.length).toBeLessThan(edges.length)
  })

  it('are never without a gap or a hole together where a byte is damaged', async () => {
    const bytes = framed(textOf(5, 60), [900], frame)
    let noticed = 0
    // Where the first frame is damaged, or what begins behind it, the whole is left to the first slice.
    for (let at = frame(textOf(5, 60).subarray(0, 900)).length + 20; at < bytes.length; at += 83) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0x10
      const { gaps } = await whole(damaged)
      const { gaps: ofSlices, extents } = await inSlices(damaged, [1200, 2400])
      const isSound = ofSlices.length === 0 && doTile(extents, bytes.length)
      if (gaps.length > 0) expect(isSound).toBe(false)
      noticed += isSound ? 0 : 1
    }
    expect(noticed).toBeGreaterThan(2)
  })

  it('are not clean behind their last frame, or when cut off', async () => {
    const bytes = framed(textOf(5, 60), [900], frame)
    for (const other of [
      Buffer.concat([bytes, Buffer.from('more')]),
      Buffer.concat([bytes, gzipSync('more')]),
      bytes.subarray(0, -3),
    ])
      expect((await inSlices(other, [1500])).gaps).not.toEqual([])
  })

  it('are not clean where another content is among their bytes and parts what belongs together', async () => {
    const user = identifiers[0]!
    const filler = Buffer.from('just a line of some text, again and again\n'.repeat(400))
    const apart = longer(Buffer.from(`user ${user.slice(0, 8)}`), named(`${user.slice(8)} and more`, 'part_x'))
    const bytes = Buffer.concat([frame(filler), apart, ...Array.from({ length: 20 }, () => frame(filler))])
    const at = frame(filler).length
    for (const edge of [1, at - 1, at, at + 1, bytes.length - 1])
      expect((await inSlices(bytes, [edge])).gaps).not.toEqual([])
    const first = Buffer.concat([apart, frame(filler), frame(filler)])
    const scan = await scanSlice(ofRange(first), { from: 0, to: 50 }, first.length, index, () => {})
    expect(scan.kind).toBe('container')
  })

  it('are never without a gap or a hole together where text is behind the content of a frame', async () => {
    const filler = Buffer.from('just a line of some text, again and again\n'.repeat(400))
    const rest = Array.from({ length: 20 }, () => frame(filler))
    const bytes = Buffer.concat([frame(filler), longer(filler, Buffer.from(`user ${identifiers[0]}`)), ...rest])
    const at = frame(filler).length
    for (const edge of [1, at, at + 1, bytes.length - 1]) {
      const { gaps, extents } = await inSlices(bytes, [edge])
      expect(gaps.length === 0 && doTile(extents, bytes.length)).toBe(false)
    }
  })

  it('read every range that they ask for to its end, since only then it is known to be of the listed version', async () => {
    const bytes = framed(textOf(5, 400), [900], frame)
    const asked: string[] = []
    const ended: string[] = []
    const counted = (bytes: Buffer) =>
      async function* (range: { from: number; to: number }) {
        asked.push(`${range.from}-${range.to}`)
        yield* ofRange(bytes)(range)
        ended.push(`${range.from}-${range.to}`)
      }
    const third = Math.ceil(bytes.length / 3)
    const { extents } = await inSlices(bytes, [third, 2 * third], counted(bytes))
    expect(extents.length).toBe(3)
    expect(ended).toEqual(asked)
    const damaged = Buffer.from(bytes)
    damaged[third + 900]! ^= 0x55
    await inSlices(damaged, [third, 2 * third], counted(damaged))
    expect(ended).toEqual(asked)
  })

  it('tell of a finding where it is in its line, also where that begins in a slice before', async () => {
    const text = Buffer.from(
      Array.from(
        { length: 1200 },
        (_, n) => `{"n":${n},"user":{"text":"${'x '.repeat(250)}","id":"${n % 40 === 7 ? identifiers[0] : ''}"}}\n`,
      ).join(''),
    )
    const bytes = framed(text, [7000], frame)
    const wanted: PlacedOccurrence[] = []
    const want = (each: PlacedOccurrence) => wanted.push(each) > 0
    await scanObject(ofRange(bytes)({ from: 0, to: bytes.length }), index, want)
    const sliced: PlacedOccurrence[] = []
    const edges = [0, bytes.length >> 2, bytes.length >> 1, (bytes.length * 3) >> 2, bytes.length]
    let own = 0
    for (const [at, from] of edges.slice(0, -1).entries()) {
      const slice = { from, to: edges[at + 1]! }
      const scan = await scanSlice(ofRange(bytes), slice, bytes.length, index, (each) => sliced.push(each) > 0)
      if (scan.kind === 'frames' && scan.decodedBytes > 0) own += 1
    }
    expect(own).toBeGreaterThan(2)
    expect(wanted.map(({ where }) => where)).toEqual(Array(30).fill({ field: 'user.id' }))
    expect(sliced.map(({ where }) => where)).toEqual(wanted.map(({ where }) => where))
  })

  it('count the last line, whether a slice ends in it or with it', async () => {
    const text = Buffer.from(`${'line of text\n'.repeat(800)}last,`)
    const bytes = Buffer.concat([frame(text.subarray(0, -4200)), frame(text.subarray(-4200))])
    const { gaps, ...expected } = await whole(bytes)
    expect([gaps, expected.records]).toEqual([[], 801])
    const context = Math.max(contextFor(index, defaultForms), 2 * longRun)
    for (let behind = context - 2; behind < context + 9; behind++) {
      const cut = Buffer.concat([frame(text.subarray(0, -behind)), frame(text.subarray(-behind))])
      expect((await inSlices(cut, [5])).joined).toEqual(expected)
    }
  })

  it('have a gap where the medium fails', async () => {
    const bytes = framed(textOf(5, 60), [900], frame)
    const edge = Math.floor(bytes.length / 2)
    const failing = (range: { from: number; to: number }) => {
      if (range.from >= edge) throw new ReadFailed('medium: expected more bytes')
      return ofRange(bytes)(range)
    }
    const read = (from: number, to: number) => scanSlice(failing, { from, to }, bytes.length, index, () => {})
    const gapOf = (scan: SliceScan) => ('gaps' in scan ? scan.gaps[0] : 'gap' in scan ? scan.gap : undefined)
    for (const scan of [await read(0, edge), await read(edge, bytes.length)])
      expect(gapOf(scan)).toMatchObject({ reason: 'read-error' })
  })
})

describe('slices of frames of zstd that a table at the end names', () => {
  /** `lie`: what the table says of each frame. */
  function tabled(
    text: Buffer,
    size: number,
    lie = (entry: { stored: number; decoded: number }, _at: number) => entry,
  ) {
    const texts = Array.from({ length: Math.ceil(text.length / size) }, (_, n) =>
      text.subarray(n * size, (n + 1) * size),
    )
    const frames = texts.map((each) => zstdCompressSync(each))
    const entries = frames.map((frame, at) => ({ stored: frame.length, decoded: texts[at]!.length }))
    return { frames, bytes: Buffer.concat([...frames, seekTable(entries.map(lie))]) }
  }

  it('together find what a scan of the whole finds, and read no frame in search of one', async () => {
    const { bytes, frames } = tabled(textOf(12, 400), 1700)
    const { gaps, ...expected } = await whole(bytes)
    expect(gaps).toEqual([])
    for (const edges of [[700, 1400, 2100, 2800], [bytes.length - 1], [bytes.length - 30, 5], [frames[0]!.length]]) {
      const { joined, gaps, extents } = await inSlices(bytes, edges)
      expect([joined, gaps, doTile(extents, bytes.length)]).toEqual([expected, [], true])
    }
    const asked: number[] = []
    async function* counted(range: { from: number; to: number }) {
      asked.push(range.from)
      yield* ofRange(bytes)(range)
    }
    await scanSlice(counted, { from: bytes.length - 20, to: bytes.length }, bytes.length, index, () => {})
    // The beginning of the object and its text, and the table.
    expect(new Set(asked.map((from) => (from === 0 ? 'beginning' : from > bytes.length - 400)))).toEqual(
      new Set(['beginning', true]),
    )
  })

  it('are not clean where the table says of a frame what it is not, and leave one that makes no sense to the first slice', async () => {
    const text = textOf(12, 200)
    const apart = (by: number) => (entry: { stored: number; decoded: number }, at: number) =>
      at === 3 || at === 4 ? { ...entry, decoded: entry.decoded + (at === 3 ? by : -by) } : entry
    expect((await inSlices(tabled(text, 1500, apart(1)).bytes, [900])).gaps).not.toEqual([])
    const moved = tabled(text, 1500, (entry, at) =>
      at === 3 || at === 4 ? { ...entry, stored: entry.stored + (at === 3 ? 1 : -1) } : entry,
    ).bytes
    for (const edge of [300, 900, 1500]) {
      const { gaps, extents } = await inSlices(moved, [edge])
      expect(gaps.length > 0 || !doTile(extents, moved.length)).toBe(true)
    }
    const shorter = tabled(text, 1500, (entry) => ({ ...entry, stored: entry.stored - 1 })).bytes
    expect((await scanSlice(ofRange(shorter), { from: 0, to: 50 }, shorter.length, index, () => {})).kind).toBe(
      'frames',
    )
    expect((await inSlices(shorter, [900])).gaps).not.toEqual([])
  })
})

it('each slice of frames has a second opinion that agrees, and not with one that misses something', async () => {
  for (const { frame } of framings) {
    const bytes = framed(textOf(8, 300), [1100], frame)
    const text = await framedText({ size: bytes.length, read: ofRange(bytes) }, bytes.subarray(0, 512), 4096)
    for (const slice of slicesOf([1000, 2000, 4000], bytes.length)) {
      const seen: PlacedOccurrence[] = []
      const scan = await scanSlice(ofRange(bytes), slice, bytes.length, index, (each) => seen.push(each), {
        line: shortLine,
      })
      const object = { size: bytes.length, read: ofRange(bytes) }
      const options = { index, forms: defaultForms, seed: Buffer.from('seed') }
      const opinion = await opinionOnFrames(object, text!, slice, options, shortLine)
      const agrees = (seen: readonly PlacedOccurrence[]) => {
        const comparison = compareWith(opinion!)
        for (const each of seen) comparison.see(each)
        return comparison.agrees({})
      }
      expect(scan).toMatchObject({ kind: 'frames', gaps: [] })
      expect(opinion!.bytes).toBe(scan.kind === 'frames' && scan.decodedBytes)
      expect(agrees(seen)).toBe(true)
      const plain = seen.findIndex(({ form }) => form === undefined)
      if (plain >= 0) expect(agrees(seen.toSpliced(plain, 1))).toBe(false)
    }
  }
})

it('a compression of one frame, or of something other than text, is left to the first slice', async () => {
  const text = textOf(5, 60)
  for (const bytes of [
    gzipSync(text),
    zstdCompressSync(text),
    block(gzipSync(text)),
    Buffer.concat([block(block(text)), block(text)]),
  ])
    expect((await scanSlice(ofRange(bytes), { from: 0, to: 50 }, bytes.length, index, () => {})).kind).toBe('container')
})

it('the stored bytes of frames that are longer than what waits for their end are pinned, also while they are decoded ahead', async () => {
  const block: Block = { type: 'raw', bytes: Buffer.from('somebody else,\n'.repeat(8700)) }
  const frame = zstdFrame(Array.from({ length: 90 }, () => block))
  const short = zstdCompressSync('nobody,\n')
  const bytes = Buffer.concat([short, frame, short, frame])
  const read = async function* ({ from, to }: { from: number; to: number }) {
    for (let at = from; at < to; at += 2 ** 18) yield bytes.subarray(at, Math.min(at + 2 ** 18, to))
  }
  const means = { hasSpareCore: () => true }
  const pins: unknown[] = []
  for (const slice of slicesOf([2 ** 20, bytes.length - 2 ** 20], bytes.length)) {
    const scan = await scanSlice(read, slice, bytes.length, index, () => true, { line: shortLine, means })
    const { start, end, sha256, gaps } = scan.kind === 'frames' ? scan : expect.fail('expected frames')
    expect(gaps).toEqual([])
    expect(sha256).toBe(start === end ? undefined : hash('sha256', bytes.subarray(start, end)))
    pins.push([start, end])
  }
  // Its end is known 10 MB behind the edge, and the last slice has no frame that begins in it.
  const second = bytes.length - frame.length - short.length
  expect(pins).toEqual([[0, second], [second, bytes.length], expect.anything()])
})
