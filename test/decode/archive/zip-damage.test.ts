import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collect, inPieces, textsOf } from '../collect.ts'
import { expectDamageNoticed } from './damage.ts'
import { extraField, type ZipFields, zipOf } from './zip-writer.ts'

test.each([
  { name: 'sizes before the data', fields: {} },
  { name: 'sizes behind the data', fields: { descriptor: 'signed' as const } },
  { name: 'sizes behind stored data', fields: { descriptor: 'wide' as const, method: 0 } },
])('a zip file that is cut or damaged anywhere is never complete without its texts: $name', async ({ fields }) => {
  const texts = ['name-1111111111', 'text 2222222222', 'extra 3333333333', 'comment 4444444444', 'all 5555555555']
  const [name, data, extra, comment, all] = texts as [string, string, string, string, string]
  const central = { comment }
  const bytes = zipOf([{ name, data, extra: extraField(0x4242, extra), central, ...fields }], { comment: all })
  // Neither extra fields nor comments have a checksum.
  await expectDamageNoticed(bytes, texts, { from: 3, unchecked: [extra, comment, all] })
})

const text = fc
  .string({ unit: fc.constantFrom('a', '1', '\n', 'é', 'PK\x07\x08', 'PK\x03\x04'), maxLength: 60 })
  .map((text) => `x${text}`)
const entry: fc.Arbitrary<ZipFields> = fc.record(
  {
    data: text,
    method: fc.constantFrom(0, 8),
    descriptor: fc.constantFrom('signed' as const, 'wide' as const),
    before: fc.nat(9).map((length) => Buffer.alloc(length)),
  },
  { requiredKeys: ['data'] },
)
const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 })

test('any sequence of entries is read whole, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 5 }), cuts, async (entries, lengths) => {
      const bytes = zipOf([{ data: 'first' }, ...entries])
      const { reading, contents } = await collect(inPieces(bytes, lengths))
      const isBinary = (data: string) => data.includes('\x07') || data.includes('\x03')
      const expected = ['first', ...entries.map(({ data }) => String(data))]
      expect(reading.gaps.map(({ path }) => path.at(-1))).toEqual(
        expected.flatMap((data, index) => (isBinary(data) ? [`member-${index + 1}`] : [])),
      )
      const texts = textsOf(contents)
      expect(expected.map((_, index) => texts[`zip/member-${index + 1}`] ?? '')).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})
