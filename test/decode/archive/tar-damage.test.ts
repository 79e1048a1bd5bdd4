import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultLimits } from '../../../lib/decode/limits.ts'
import { collect, inPieces, textsOf } from '../collect.ts'
import { expectDamageNoticed } from './damage.ts'
import { paxHeader, type TarFields, tarOf } from './tar-writer.ts'

test('a tar that is cut or damaged anywhere is never complete without its texts', async () => {
  const names = ['first-1111111111', 'comment 2222222222', 'linked-3333333333']
  const data = 'text 4444444444'
  const bytes = tarOf(
    paxHeader({ comment: names[1]! }),
    { name: names[0]!, data },
    { name: 'l', type: '2', link: names[2]! },
  )
  // The data has no checksum, nor has that of an extended header.
  await expectDamageNoticed(bytes, [...names, data], { from: 20, unchecked: [data, names[1]!] })
})

const text = fc.string({ unit: fc.constantFrom('a', '1', '\n', 'é', '€'), maxLength: 700 })
const member: fc.Arbitrary<TarFields[]> = fc.oneof(
  text.map((data): TarFields[] => [{ data }]),
  text.map((data): TarFields[] => [paxHeader({ comment: 'c'.repeat(data.length) }), { data, magic: 'ustar  \0' }]),
  text.map((data) => [
    { type: 'L', data: `${'n'.repeat(data.length)}\0`, name: '././@LongLink' },
    { data, magic: '' },
  ]),
  fc.constant<TarFields[]>([{ type: '5' }]),
)
const cuts = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 6 })

test('any sequence of members is read whole, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(member, { maxLength: 5 }), cuts, async (members, lengths) => {
      const bytes = tarOf({ data: 'first' }, ...members.flat())
      const { reading, contents } = await collect(inPieces(bytes, lengths))
      expect(reading.gaps).toEqual([])
      const texts = textsOf(contents)
      const expected = ['first', ...members.map((fields) => fields.at(-1)!.data ?? '')]
      expect(expected.map((_, index) => texts[`tar/member-${index + 1}`] ?? '')).toEqual(expected)
      expect(texts['tar/names']!.split('\n').length).toBe(expected.length + 1)
    }),
    { numRuns: 200 },
  )
})

test('members are read up to the stated number and not beyond it', async () => {
  const bytes = tarOf({ data: 'a' }, { data: 'b' }, { data: tarOf({ data: 'c' }) })
  const within = await collect(inPieces(bytes, [512]), { ...defaultLimits, members: 4 })
  expect(within.reading.complete).toBe(true)
  const beyond = await collect(inPieces(bytes, [512]), { ...defaultLimits, members: 3 })
  expect(beyond.reading.gaps.map((gap) => gap.reason)).toEqual(['limit'])
})
