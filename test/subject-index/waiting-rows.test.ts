import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonicalOf } from '../../lib/manifest/identifier.ts'
import { rowsTogether } from '../../lib/subject-index/kernel/row-digests.ts'
import { shapeCodes } from '../../lib/subject-index/shape-code.ts'
import { createDigestOne, createWaitingRows, type DigestedRow, eachRow } from '../../lib/subject-index/waiting-rows.ts'

const key = new Uint8Array(32).fill(9)
const seed = [123, -456] as const
const digestOne = createDigestOne(key, seed)

/** What comes of texts that are taken in the short way where that is possible, with the places of those that were. */
function rowsOf(texts: readonly string[], { short }: { short: boolean }) {
  const rows: (Omit<DigestedRow, 'digests' | 'at'> & { digest: number[] })[] = []
  const waiting = createWaitingRows(key, seed, (batch) =>
    eachRow(batch, ({ digests, at, ...row }) => rows.push({ ...row, digest: [...digests.subarray(at, at + 4)] })),
  )
  for (const [line, text] of texts.entries()) {
    if (short && waiting.addPlain(line, text)) continue
    const result = canonicalOf(text, 'exact')
    if ('shape' in result) waiting.add(line, shapeCodes[result.shape], result.canonical)
  }
  waiting.flush()
  return rows
}

const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdefABCDEF'), minLength: 32, maxLength: 32 })
const uuid = hex.map((text) => text.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 80 })
const other = fc.string({ unit: fc.constantFrom(...'aZ0._-@é'), minLength: 1, maxLength: 90 })
const oneDigit = fc
  .tuple(fc.constantFrom('0', 'f', 'F', '1', 'a'), fc.constantFrom(3, 5, 32, 63, 64))
  .chain(([digit, length]) =>
    fc.constantFrom(digit.repeat(length), [8, 4, 4, 4, 12].map((group) => digit.repeat(group)).join('-')),
  )
const nearly = fc
  .tuple(
    fc.oneof(uuid, digits, oneDigit),
    fc.nat(36),
    fc.constantFrom('', '-', 'g', 'é', '٣', 'İ', 'ａ', ':', '/', '7'),
  )
  .map(([text, at, character]) => text.slice(0, at) + character + text.slice(at + 1))

it('rows are the same in the short way, in batches, and one by one', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(digits, uuid, hex, oneDigit, nearly, other), { maxLength: 40 }), (texts) => {
      const expected = texts.flatMap((text, line) => {
        const result = canonicalOf(text, 'exact')
        if ('problem' in result) return []
        const digests = new Uint32Array(4)
        const { at: _, digests: __, ...row } = digestOne(shapeCodes[result.shape], result.canonical, digests, 0)
        return [{ ...row, line, digest: [...digests] }]
      })
      expect(rowsOf(texts, { short: true })).toStrictEqual(expected)
      expect(rowsOf(texts, { short: false })).toStrictEqual(expected)
    }),
    { numRuns: 300 },
  )
})

it('rows come in their order, however many batches there are, and none twice', () => {
  const texts = Array.from({ length: 2 * rowsTogether + 3 }, (_, n) =>
    n % 1000 === 7 ? 'long'.repeat(20) : `${n + 1000}`,
  )
  const rows = rowsOf(texts, { short: true })
  expect(rows.map(({ line }) => line)).toStrictEqual(texts.map((_, line) => line))
  expect(rows.map(({ length }) => length)).toStrictEqual(texts.map(({ length }) => length))
  expect(rows[2 * rowsTogether]).toStrictEqual(rowsOf(texts.slice(0, 2 * rowsTogether + 1), { short: false }).at(-1))
})
