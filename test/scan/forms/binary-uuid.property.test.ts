import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFormMatcher } from '../../../lib/scan/forms/form-matcher.ts'
import { defaultForms, formNames } from '../../../lib/scan/forms/form-names.ts'
import type { Occurrence } from '../../../lib/scan/occurrence.ts'
import { type PlacedOccurrence, scanObject } from '../../../lib/scan/scan-object.ts'
import type { SubjectIndex } from '../../../lib/subject-index/open-subject-index.ts'
import { makeIndex } from '../../subject-index/make-index.ts'

const uuids = [
  '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  '00000000-0000-0000-0000-00000000002a',
  'FFFFFFFF-0a0d-4a20-8102-037f20090a0d',
]
const index = makeIndex([...uuids, '1234567890123'])
const names = ['binary-uuid']

const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex')
/** As .NET's Guid.ToByteArray has it: three little-endian numbers, then eight bytes. */
function guidOf(uuid: string): Buffer {
  const [first, second, third, ...rest] = uuid.split('-')
  const turned = [first!, second!, third!].map((part) => Buffer.from(part, 'hex').reverse())
  return Buffer.concat([...turned, Buffer.from(rest.join(''), 'hex')])
}

/** Every place that has these 16 bytes, as Node finds them; not where all of them are characters of text. */
function reference(content: Buffer): { offset: number; ordinal: number }[] {
  const found = new Map<string, { offset: number; ordinal: number }>()
  for (const uuid of uuids)
    for (const bytes of [bytesOf(uuid), guidOf(uuid)])
      for (let offset = content.indexOf(bytes); offset !== -1; offset = content.indexOf(bytes, offset + 1)) {
        const ordinal = index.ordinalOf('uuid', uuid.replaceAll('-', '').toLowerCase())
        found.set(`${offset} ${ordinal}`, { offset, ordinal })
      }
  return [...found.values()].sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
}

function find(
  content: Buffer,
  sizes: readonly number[],
  windowBytes: number,
  forms = names,
  { looking = 'kernel', own = index }: { looking?: 'kernel' | 'plain'; own?: SubjectIndex } = {},
): Occurrence[] {
  const found: Occurrence[] = []
  const matcher = createFormMatcher(own, forms, (each) => found.push(each), { windowBytes, looking })
  for (let at = 0, turn = 0; at < content.length; turn++) {
    const size = sizes[turn % sizes.length]!
    matcher.write(content.subarray(at, at + size))
    at += size
  }
  matcher.end()
  return found.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
}

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...uuids.flatMap((uuid) => [bytesOf(uuid), guidOf(uuid)])) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('some text\n', '\0'.repeat(20), 'x', uuids[0]!).map((text) => Buffer.from(text)),
  },
  { weight: 1, arbitrary: fc.constantFrom(...uuids).map((uuid) => bytesOf(uuid).subarray(0, 15)) },
)
const content = fc.array(piece, { maxLength: 10 }).map((pieces) => Buffer.concat(pieces))

describe('UUIDs in 16 bytes', () => {
  it('are found exactly where Node finds their bytes, in any cuts and windows', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(content, sizes, fc.integer({ min: 1, max: 3000 }), (bytes, cut, window) => {
        const found = find(bytes, cut, window).filter(({ form }) => form !== undefined)
        expect(found.map(({ offset, ordinal }) => ({ offset, ordinal }))).toEqual(reference(bytes))
        expect(new Set(found.map(({ form }) => form)).size).toBeLessThan(2)
      }),
      { numRuns: 150 },
    )
  })

  it('are found by the kernel where they are found without, across its blocks, and wherever they are all there is', () => {
    const noise = Buffer.concat(Array.from({ length: 2200 }, (_, n) => createHash('sha256').update(`${n}`).digest()))
    for (const [n, at] of [65_521, 33_000, 65_537].entries()) bytesOf(uuids[n]!).copy(noise, at)
    noise.fill('text', 68_000, 68_900)
    guidOf(uuids[0]!).copy(noise, 68_400)
    const own = makeIndex(['01010101-0101-0101-0101-010101010101', ...uuids])
    for (const content of [noise, Buffer.concat([noise, Buffer.alloc(20_000, 1)])]) {
      const plain = find(content, [4096], 5000, names, { looking: 'plain', own })
      expect(plain.length).toBe(content === noise ? 4 : 4 + 20_000 - 15)
      for (const sizes of [[65_536], [100_000, 77]])
        expect(find(content, sizes, 128 * 1024, names, { own })).toEqual(plain)
    }
  })

  it('are found far behind text without any sign of a form, together with all other forms', () => {
    const bytes = Buffer.concat([
      Buffer.from('nothing here\n'.repeat(30_000)),
      guidOf(uuids[0]!),
      Buffer.from('\n and'),
    ])
    for (const forms of [names, formNames])
      expect(find(bytes, [65_536], 128 * 1024, [...forms])).toMatchObject([
        { offset: 390_000, record: 30_001, form: 'binary-uuid' },
      ])
    expect(find(bytes, [65_536], 128 * 1024, [...defaultForms])).toEqual([])
    expect(defaultForms).not.toContain('binary-uuid')
  })

  it('make a content of an unknown format found, and never clean', async () => {
    const noise = Buffer.concat(Array.from({ length: 99 }, (_, n) => createHash('sha256').update(`${n}`).digest()))
    const scan = async (bytes: Buffer) => {
      const found: PlacedOccurrence[] = []
      async function* chunks() {
        yield bytes
      }
      const { complete } = await scanObject(chunks(), index, (each) => found.push(each), { forms: formNames })
      return { complete, forms: found.map(({ form }) => form) }
    }
    const withOne = Buffer.concat([noise, bytesOf(uuids[0]!), noise])
    expect(await scan(withOne)).toEqual({ complete: false, forms: ['binary-uuid'] })
    expect(await scan(noise)).toEqual({ complete: false, forms: [] })
  })

  it.each(['python-struct', 'python-pickle'])('are found in files that are not decoded: %s', async (name) => {
    const corpus = new URL('../../corpus/binary-uuid/', import.meta.url)
    const expected = JSON.parse(readFileSync(new URL(`${name}.json`, corpus), 'utf8')) as {
      subjects: string[]
      findings: [offset: number, uuid: string][]
    }
    const own = makeIndex(expected.subjects)
    const found: PlacedOccurrence[] = []
    async function* chunks() {
      yield readFileSync(new URL(`${name}.bin`, corpus))
    }
    await scanObject(chunks(), own, (each) => found.push(each), { forms: names })
    const ordinalOf = (uuid: string) => own.ordinalOf('uuid', uuid.replaceAll('-', ''))
    expect(found).toMatchObject(
      expected.findings.map(([offset, uuid]) => ({ offset, ordinal: ordinalOf(uuid), form: 'binary-uuid' })),
    )
    expect(found).toHaveLength(expected.findings.length)
  })

  it('of which every byte is a character are text', () => {
    const text = 'sixteen letters.'
    const own = makeIndex([Buffer.from(text).toString('hex')])
    const found: Occurrence[] = []
    const matcher = createFormMatcher(own, names, (each) => found.push(each))
    matcher.write(Buffer.from(`${text}\n`))
    matcher.end()
    expect(found).toEqual([])
  })
})
