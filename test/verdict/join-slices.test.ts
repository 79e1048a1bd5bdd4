import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BatchReport, formatBatchReport, parseBatchReport } from '../../lib/finding/batch-report.ts'
import { createOrdinalSet } from '../../lib/finding/ordinal-set.ts'
import { formatCounts } from '../../lib/finding/subject-counts.ts'
import type { InventoryEntry } from '../../lib/inventory/object-version.ts'
import type { Piece } from '../../lib/inventory/piece.ts'
import { cutIntoSlices, type Slice } from '../../lib/inventory/slice.ts'
import type { Outcome, ScanReport, SliceReading } from '../../lib/scan/outcome.ts'
import { joinSlices, type PlannedSlice, takeSubjects } from '../../lib/verdict/join-slices.ts'
import { settleBatch } from '../../lib/verdict/settle-batch.ts'

const size = 250
const planned = cutIntoSlices(size, 100)
const last = planned[2]!
const entry: InventoryEntry = {
  seq: 4,
  shownKey: 'big',
  kind: 'object',
  versionId: 'v4',
  current: true,
  size,
  modifiedAt: '2026-11-01T00:00:00.000Z',
}
const clean: Outcome = { kind: 'clean' }
const left: Outcome = { kind: 'unverified', reason: 'not-scanned', detail: 'left to the first slice' }
const broken: Outcome = { kind: 'unverified', reason: 'read-error', detail: 'byte 7' }

/** Slices whose bytes begin and end a little behind the planned edges. */
const starts = [0, 103, 208]
const ends = [103, 208, size]

const read = ({ index, ...slice }: Slice, change: Partial<ScanReport> = {}): ScanReport => ({
  seq: entry.seq,
  versionId: entry.versionId,
  outcome: clean,
  bytes: ends[index]! - starts[index]!,
  decodedBytes: ends[index]! - starts[index]!,
  records: 10,
  findings: 0,
  subjects: 0,
  slice: { index, ...slice, start: starts[index]!, end: ends[index]!, reading: 'as-is' },
  ...change,
})

function batch(reports: ScanReport[], change: Partial<BatchReport> = {}, detected = 2, mismatches = 0): BatchReport {
  return {
    head: {
      kind: 'batch',
      batch: 0,
      startedAt: '2026-11-23T00:00:00.000Z',
      finishedAt: '2026-11-23T00:00:01.000Z',
      builds: ['7'.repeat(64)],
      subjects: '',
      positiveControls: { planted: 2, detected, forms: ['plain'] },
      negativeControls: { planted: 1, falseAlarms: 0 },
      secondOpinion: { versions: 1, bytes: 10, mismatches },
    },
    reports,
    findings: [],
    ...change,
  }
}

function join(slices: readonly PlannedSlice[]) {
  const subjects = createOrdinalSet()
  const taken = slices.map(({ slice, report }) => ({ slice, report: report && takeSubjects(report, subjects) }))
  return joinSlices(entry, taken, subjects)
}

type Made = (BatchReport | undefined)[]
const settled = (made: Made, slices = planned) =>
  settleBatch([entry], join(slices.map((slice, index) => ({ slice, report: made[index] })))).settled[0]!
const reading = (slice: Slice, change: Partial<SliceReading>): Pick<ScanReport, 'slice'> => ({
  slice: { ...read(slice).slice!, ...change },
})
const asWhole = (slice: Slice): ScanReport =>
  slice.index === 0
    ? read(slice, { ...reading(slice, { reading: 'whole', start: 0, end: 0 }), bytes: size, sha256: 'ab' })
    : read(slice, { ...reading(slice, { reading: 'left', start: 0, end: 0 }), bytes: 0, records: 0, outcome: left })

const all: Made = planned.map((slice) => batch([read(slice)]))
const whole: Made = planned.map((slice) => batch([asWhole(slice)]))
const pinOf = (index: number) => `${index}`.repeat(64)
const withPin = (slice: Slice, { slice: _, ...change }: Partial<ScanReport> = {}): ScanReport =>
  read(slice, { ...change, ...reading(slice, { sha256: pinOf(slice.index) }) })
const pinned: Made = planned.map((slice) => batch([withPin(slice)]))
const piecesOfAll = planned.map(({ index }) => ({ from: starts[index], to: ends[index], sha256: pinOf(index) }))
const finding = (slice: Slice, record: number) => ({
  seq: entry.seq,
  place: 'content' as const,
  path: [],
  record,
  offset: slice.from,
  tag: 't',
})
const withFinding = (slice: Slice, record: number, ordinal: number) => {
  const made = batch([read(slice, { outcome: { kind: 'found' }, findings: 1, subjects: 1 })])
  return {
    ...made,
    head: { ...made.head, subjects: formatCounts(Uint32Array.of(ordinal, 1)) },
    findings: [finding(slice, record)],
  }
}

describe('slices that are settled as one version', () => {
  it('are clean when all read what is theirs, without a digest of the whole', () => {
    const { outcome, report } = settled(all)
    expect(outcome).toEqual(clean)
    expect(report).toEqual({
      seq: 4,
      versionId: 'v4',
      outcome: clean,
      bytes: size,
      decodedBytes: size,
      records: 30,
      findings: 0,
      subjects: 0,
    })
  })

  it('name the builds that read them', () => {
    const others = all.map((report, index) => ({ ...report!, head: { ...report!.head, builds: [pinOf(index % 2)] } }))
    const joined = join(planned.map((slice, index) => ({ slice, report: others[index] })))
    expect(joined!.head.builds.toSorted()).toEqual([pinOf(0), pinOf(1)])
  })

  it('are pinned by what each of them read, in order, also where something in one of them cannot be judged', () => {
    const gap: Outcome = { kind: 'unverified', reason: 'lossy-number', detail: 'byte 120' }
    for (const made of [pinned, pinned.with(1, batch([withPin(planned[1]!, { outcome: gap })]))])
      expect(settled(made).report?.pieces).toEqual(piecesOfAll)
    const found = planned.map((slice, at) => {
      const made = withFinding(slice, 3, 7)
      return at === 2 ? { ...made, reports: [withPin(slice, { ...made.reports[0]! })] } : batch([withPin(slice)])
    })
    expect(settled(found)).toMatchObject({ outcome: { kind: 'found' }, report: { pieces: piecesOfAll } })
    expect(settled(found).report).not.toHaveProperty('sha256')
  })

  it('are pinned by the slices that have bytes', () => {
    const empty = { ...reading(planned[1]!, { start: 103, end: 103 }), bytes: 0 }
    const more = { ...reading(planned[0]!, { sha256: pinOf(0) }) }
    const last = { ...reading(planned[2]!, { start: 103, sha256: pinOf(2) }), bytes: size - 103 }
    const made = [batch([read(planned[0]!, more)]), batch([read(planned[1]!, empty)]), batch([read(planned[2]!, last)])]
    expect(settled(made)).toMatchObject({
      outcome: clean,
      report: {
        pieces: [
          { from: 0, to: 103, sha256: pinOf(0) },
          { from: 103, to: size, sha256: pinOf(2) },
        ],
      },
    })
  })

  it('are pinned by nothing when any slice has no digest, or what was read does not make up the whole', () => {
    const [first, second, third] = pinned as [BatchReport, BatchReport, BatchReport]
    const moved = (slice: Slice, change: Partial<SliceReading>, bytes: number) =>
      batch([read(slice, { ...reading(slice, { sha256: pinOf(slice.index), ...change }), bytes })])
    const wrong: Record<string, Made> = {
      'no digest of one': [first, all[1], third],
      'no digest of any': all,
      'none of the last': [first, second, undefined],
      'a hole': [first, moved(planned[1]!, { start: 104 }, 104), third],
      'an overlap': [first, moved(planned[1]!, { start: 102 }, 106), third],
      'another end': [first, second, moved(planned[2]!, { end: size - 1 }, size - 1 - 208)],
      'fewer bytes than it says': [first, moved(planned[1]!, {}, 7), third],
      'two reports about one': [first, { ...second, reports: [...second.reports, ...second.reports] }, third],
      'one of another slice': [first, third, third],
      'swapped ones': [second, first, third],
      'one that was unread': [first, moved(planned[1]!, { reading: 'unread' }, 105), third],
      'one that was read in another way': [first, moved(planned[1]!, { reading: 'frames' }, 105), third],
      'one of another version': [first, batch([withPin(planned[1]!, { versionId: 'v5' })]), third],
      'one reader of the whole': whole,
    }
    for (const [name, made] of Object.entries(wrong))
      expect({ name, pieces: settled(made).report?.pieces }).toEqual({ name, pieces: undefined })
  })

  it('are clean when the first read the whole and the others left it to that, with its digest', () => {
    expect(settled(whole)).toMatchObject({ outcome: clean, report: { bytes: size, sha256: 'ab' } })
  })

  it('have no digest of the whole where another one contradicts that', () => {
    const twice = batch([asWhole(planned[0]!), asWhole(planned[0]!)])
    for (const made of [whole.with(0, twice), whole.with(2, undefined), whole.with(1, all[1])])
      expect(settled(made).report).not.toHaveProperty('sha256')
  })

  it('hand on what keeps the version and whom its labels name, whichever slice says so', () => {
    const change = { pendingLabels: 'unread', protection: { code: 'legal-hold' } } as const
    for (const { index } of planned) {
      const { report } = settled(all.with(index, batch([read(planned[index]!, change)])))
      expect(report).toMatchObject(change)
    }
  })

  it('were read from the first beginning to the last end', () => {
    const at = (seconds: number) => `2026-11-23T00:00:0${seconds}.000Z`
    const times = [
      [2, 6],
      [1, 5],
      [3, 4],
    ] as const
    for (const order of [times, times.toReversed()]) {
      const slices = order.map(([startedAt, finishedAt], index) => {
        const report = all[index]!
        const head = { ...report.head, startedAt: at(startedAt), finishedAt: at(finishedAt) }
        return { slice: planned[index]!, report: { ...report, head } }
      })
      expect(join(slices)?.head).toMatchObject({ startedAt: at(1), finishedAt: at(6) })
    }
  })

  it('are clean when each read the parts that are its own, and list findings of all', () => {
    const inParts = (slice: Slice, index: number) => {
      const made = withFinding(slice, 3, index)
      const findings = [{ ...made.findings[0]!, path: ['orc', `stripe-${index + 1}`] }]
      return { ...made, reports: [{ ...made.reports[0]!, ...reading(slice, { reading: 'parts' }) }], findings }
    }
    const parts = planned.map((slice) => batch([read(slice, reading(slice, { reading: 'parts' }))]))
    expect(settled(parts)).toMatchObject({ outcome: clean, report: { bytes: size } })
    const joined = join(planned.map((slice, index) => ({ slice, report: inParts(slice, index) })))
    // Each content is whole in its slice: nothing is before it.
    expect(joined?.findings.map(({ path, record }) => [path.at(-1), record])).toEqual([
      ['stripe-1', 3],
      ['stripe-2', 3],
      ['stripe-3', 3],
    ])
  })

  it('are clean when each read the text of its own frames, and count lines and bytes of the text from its beginning', () => {
    const inFrames = (slice: Slice) => {
      const made = withFinding(slice, 3, 7)
      const findings = [{ ...made.findings[0]!, path: ['gzip'], offset: 5 }]
      const report = { ...made.reports[0]!, ...reading(slice, { reading: 'frames' }), decodedBytes: 1000 }
      return { ...made, reports: [report], findings }
    }
    const frames = planned.map((slice) => batch([read(slice, reading(slice, { reading: 'frames' }))]))
    expect(settled(frames)).toMatchObject({ outcome: clean, report: { bytes: size } })
    const joined = join(planned.map((slice) => ({ slice, report: inFrames(slice) })))
    expect(joined?.findings.map(({ offset, record }) => [offset, record])).toEqual([
      [5, 3],
      [1005, 13],
      [2005, 23],
    ])
  })

  it('are found with every finding, each subject once, and records counted from the beginning', () => {
    const made = [withFinding(planned[0]!, 3, 7), all[1], withFinding(planned[2]!, 5, 7)]
    const joined = join(planned.map((slice, index) => ({ slice, report: made[index] })))
    expect(settled(made)).toMatchObject({ outcome: { kind: 'found' }, report: { findings: 2, subjects: 1 } })
    expect(joined?.findings.map(({ record, offset }) => [record, offset])).toEqual([
      [3, planned[0]!.from],
      [25, last.from],
    ])
    expect(joined?.head.subjects).toBe(formatCounts(Uint32Array.of(7, 1)))
    expect(joined?.head.positiveControls).toEqual({ planted: 6, detected: 6, forms: ['plain'] })
  })

  it('stay found when a slice is missing, name it, and list no record that nobody can count', () => {
    const made = [withFinding(planned[0]!, 3, 7), undefined, withFinding(planned[2]!, 5, 8)]
    const joined = join(planned.map((slice, index) => ({ slice, report: made[index] })))
    expect(settled(made)).toMatchObject({
      outcome: { kind: 'found', reason: 'not-scanned', detail: 'slice 2 of 3: no outcome was reported' },
      report: { findings: 2, subjects: 2 },
    })
    expect(joined?.findings.map(({ record }) => record)).toEqual([3])
  })

  it('list no record behind a slice of which it is not known what it read', () => {
    const second = withFinding(planned[1]!, 4, 8)
    const [report] = second.reports
    const unsure: ScanReport[][] = [
      [report!, report!],
      [{ ...report!, ...reading(last, {}) }],
      [{ ...report!, ...reading(planned[1]!, { reading: 'unread' }) }],
    ]
    for (const reports of unsure) {
      const made = [withFinding(planned[0]!, 3, 7), { ...second, reports }, withFinding(last, 5, 9)]
      const joined = join(planned.map((slice, index) => ({ slice, report: made[index] })))
      expect(joined?.findings.map(({ record }) => record)).toEqual([3, 14])
      expect(joined?.reports[0]).toMatchObject({ outcome: { kind: 'found', reason: 'contradictory' }, findings: 3 })
    }
  })

  it.each([
    { name: 'it has no findings', reports: [read(planned[1]!, { outcome: { kind: 'found' } })] },
    { name: 'it is called clean', reports: [read(planned[1]!, { findings: 1 })] },
    { name: 'it was reported clean as well', reports: [read(planned[1]!), withFinding(planned[1]!, 3, 7).reports[0]!] },
  ])('are found where one of them is, also if $name', ({ reports }) => {
    expect(settled(all.with(1, batch(reports))).outcome.kind).toBe('found')
  })

  const swap = (index: number, report: BatchReport | undefined): Made => all.with(index, report)
  const change = (index: number, of: Partial<ScanReport>): Made => swap(index, batch([read(planned[index]!, of)]))
  const traps: { name: string; made: Made; slices?: Slice[]; reason: string }[] = [
    { name: 'none was reported', made: [], reason: 'not-scanned' },
    ...planned.map(({ index }) => ({
      name: `slice ${index} was not reported`,
      made: swap(index, undefined),
      reason: 'not-scanned',
    })),
    ...planned.map(({ index }) => ({
      name: `slice ${index} reported nothing`,
      made: swap(index, batch([])),
      reason: 'not-scanned',
    })),
    {
      name: 'one was reported twice',
      made: swap(1, batch([read(planned[1]!), read(planned[1]!)])),
      reason: 'contradictory',
    },
    { name: 'one stands in for another', made: swap(1, all[0]), reason: 'contradictory' },
    { name: 'one is about another version', made: change(1, { versionId: 'v5' }), reason: 'not-scanned' },
    { name: 'one is about another object', made: change(1, { seq: 5 }), reason: 'not-scanned' },
    { name: 'one is of another end', made: change(1, reading(planned[1]!, { to: 201 })), reason: 'contradictory' },
    {
      name: 'one is of another beginning',
      made: change(1, reading(planned[1]!, { from: 99 })),
      reason: 'contradictory',
    },
    {
      name: 'one is of another number of slices',
      made: change(1, reading(planned[1]!, { of: 4 })),
      reason: 'contradictory',
    },
    {
      name: 'one is no slice',
      made: swap(1, batch([{ ...read(planned[1]!), slice: undefined } as never])),
      reason: 'contradictory',
    },
    {
      name: 'there is a hole',
      made: change(1, { ...reading(planned[1]!, { end: 207 }), bytes: 104 }),
      reason: 'contradictory',
    },
    {
      name: 'two overlap',
      made: change(1, { ...reading(planned[1]!, { end: 209 }), bytes: 106 }),
      reason: 'contradictory',
    },
    {
      name: 'the end is missing',
      made: change(2, { ...reading(last, { end: 249 }), bytes: 41 }),
      reason: 'contradictory',
    },
    {
      name: 'the beginning is missing',
      made: change(0, { ...reading(planned[0]!, { start: 1 }), bytes: 102 }),
      reason: 'contradictory',
    },
    { name: 'one read fewer bytes than it says', made: change(1, { bytes: 104 }), reason: 'contradictory' },
    { name: 'one failed', made: change(1, { outcome: broken }), reason: 'read-error' },
    {
      name: 'one was not read and gives no reason',
      made: change(1, reading(planned[1]!, { reading: 'unread' })),
      reason: 'contradictory',
    },
    { name: 'one left it to the first, which did not read it', made: swap(1, whole[1]), reason: 'contradictory' },
    { name: 'only the first says that it read the whole', made: swap(0, whole[0]), reason: 'contradictory' },
    {
      name: 'the first says that it read the whole, and of the others only one left it to that',
      made: whole.with(2, batch([{ ...read(last), bytes: 0 }])),
      reason: 'contradictory',
    },
    {
      name: 'one was read by what its format says and the others as they are',
      made: change(1, reading(planned[1]!, { reading: 'parts' })),
      reason: 'contradictory',
    },
    {
      name: 'another than the first read the whole',
      made: change(1, { ...reading(planned[1]!, { reading: 'whole' }), bytes: size }),
      reason: 'contradictory',
    },
    ...(['left', 'unread', 'whole'] as const).map((how) => ({
      name: `each says of its bytes that they are ${how}`,
      made: planned.map((slice) => batch([read(slice, reading(slice, { reading: how }))])),
      reason: 'contradictory',
    })),
    { name: 'one that left it to the first is missing', made: whole.with(2, undefined), reason: 'not-scanned' },
    {
      name: 'the first read less than the whole',
      made: whole.with(0, batch([{ ...asWhole(planned[0]!), bytes: 249 }])),
      reason: 'size-differs',
    },
    { name: 'a control was missed', made: swap(1, batch([read(planned[1]!)], {}, 1)), reason: 'control-missed' },
    {
      name: 'another reading disagrees',
      made: swap(1, batch([read(planned[1]!)], {}, 2, 1)),
      reason: 'second-opinion',
    },
    {
      name: 'a clean one counts subjects',
      made: swap(1, { ...all[1]!, head: withFinding(last, 1, 3).head }),
      reason: 'contradictory',
    },
    {
      name: 'the plan lacks the last one',
      made: all.slice(0, 2),
      slices: planned.slice(0, 2),
      reason: 'contradictory',
    },
    {
      name: 'the plan has one twice',
      made: [all[0], all[0], all[1], all[2]],
      slices: [planned[0]!, ...planned],
      reason: 'contradictory',
    },
  ]
  it.each(traps)('are not clean when $name', ({ made, slices, reason }) => {
    expect(settled(made, slices).outcome).toMatchObject({ kind: 'unverified', reason })
  })

  it.each([
    { name: 'objects', other: { seq: 9 } },
    { name: 'versions of this one', other: { versionId: 'v9' } },
  ])('hand on what was reported about $name that are not listed', ({ other }) => {
    const made = all.with(1, batch([read(planned[1]!), { ...read(planned[1]!), ...other, slice: undefined } as never]))
    const joined = join(planned.map((slice, index) => ({ slice, report: made[index] })))
    expect(settleBatch([entry], joined).unlisted).toBe(1)
  })

  it('need another reading of each batch, of a compressed text that of its beginning', () => {
    const once = (slice: Slice, how: SliceReading['reading']) => {
      const { head, ...made } = batch([read(slice, reading(slice, { reading: how }))])
      return { ...made, head: { ...head, secondOpinion: { versions: 0, bytes: 0, mismatches: 0 } } }
    }
    const twice = (how: SliceReading['reading']): Made =>
      planned.map((slice) => batch([read(slice, reading(slice, { reading: how }))]))
    const wants = { kind: 'unverified', reason: 'second-opinion' }
    for (const slice of planned) {
      const { index } = slice
      expect(settled(twice('as-is').with(index, once(slice, 'as-is'))).outcome).toMatchObject(wants)
      const ofText = settled(twice('frames').with(index, once(slice, 'frames'))).outcome
      expect(ofText).toMatchObject(index === 0 ? wants : clean)
    }
  })

  it('are not clean when those that were left to the first one say that they read what it did not', () => {
    const made = planned.map((slice) =>
      batch([read(slice, reading(slice, { reading: slice.index === 0 ? 'whole' : 'left' }))]),
    )
    expect(settled(made).outcome).toMatchObject({ kind: 'unverified', reason: 'contradictory' })
  })

  it('are clean only if each is, whatever comes together', () => {
    const part = fc.record({
      index: fc.nat(2),
      outcome: fc.constantFrom(clean, clean, clean, broken, left),
      reading: fc.constantFrom('as-is', 'as-is', 'as-is', 'parts', 'frames', 'whole', 'left', 'unread' as const),
      shift: fc.constantFrom(0, 0, 0, 1),
      isMade: fc.constantFrom(true, true, true, false),
    })
    fc.assert(
      fc.property(fc.tuple(part, part, part), fc.boolean(), (parts, inPlace) => {
        const made = parts.map(({ index, outcome, reading: how, shift, isMade }, place) => {
          const slice = planned[inPlace ? place : index]!
          const end = ends[slice.index]! + shift
          const report = read(slice, {
            outcome,
            bytes: end - starts[slice.index]!,
            ...reading(slice, { reading: how, end }),
          })
          return isMade ? batch([report]) : undefined
        })
        const earned = parts.every(
          ({ index, outcome, reading: how, shift, isMade }, place) =>
            isMade &&
            shift === 0 &&
            (how === 'as-is' || how === 'parts' || how === 'frames') &&
            how === parts[0].reading &&
            outcome.kind === 'clean' &&
            (inPlace || index === place),
        )
        expect(settled(made).outcome.kind === 'clean').toBe(earned)
      }),
      { numRuns: 20_000 },
    )
  })
})

describe('the report of a slice', () => {
  it('comes back as it was written', () => {
    for (const made of [all[1]!, pinned[1]!])
      expect(parseBatchReport(Buffer.from(formatBatchReport(made, 'b')), 'b')).toEqual(made)
  })

  const shapes: { name: string; slice: unknown }[] = [
    { name: 'another way of reading', slice: { ...read(last).slice, reading: 'skipped' } },
    { name: 'a member too many', slice: { ...read(last).slice, more: 1 } },
    { name: 'a member too few', slice: { ...read(last).slice, start: undefined } },
    { name: 'no whole number', slice: { ...read(last).slice, start: 1.5 } },
    { name: 'an end before its start', slice: { ...read(last).slice, end: 3 } },
    { name: 'an index beyond its number', slice: { ...read(last).slice, index: 3 } },
    { name: 'a digest that is none', slice: { ...read(last).slice, sha256: 'ab' } },
    { name: 'a digest that is no text', slice: { ...read(last).slice, sha256: 7 } },
    { name: 'a digest of nothing', slice: { ...read(last).slice, start: size, sha256: pinOf(2) } },
    { name: 'nothing', slice: null },
  ]
  it.each(shapes)('is refused with $name', ({ slice }) => {
    const text = formatBatchReport(batch([{ ...read(last), slice } as ScanReport]), 'b')
    expect(() => parseBatchReport(Buffer.from(text), 'b')).toThrow(/batch report: slice/)
  })

  it('is refused when it has pieces, which only slices that were joined have', () => {
    const text = formatBatchReport(batch([{ ...read(last), pieces: piecesOfAll as Piece[] }]), 'b')
    expect(() => parseBatchReport(Buffer.from(text), 'b')).toThrow(/batch report: pieces/)
  })
})
