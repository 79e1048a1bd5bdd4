import { createHash } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeOwnership, tooLate } from '../../lib/deletion/judge-ownership.ts'
import { arePiecesOf, type Piece } from '../../lib/inventory/piece.ts'
import { inPieces } from '../decode/collect.ts'
import { bgzfBlock } from '../decode/compression/bgzf-block.ts'

/** A version that was read in slices: what each of them read is pinned, and nothing but all of it may be deleted. */

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const isTransferred = (text: string) => /^1[0-9]+$/.test(text)
const pending = undefined
const key = 'a.csv'
const row = (n: number) => `{"userId":"1${String(n).padStart(3, '0')}"}\n`
const rows = (count: number) => Array.from({ length: count }, (_, n) => row(n)).join('')

function piecesOf(bytes: Buffer, edges: readonly number[]): Piece[] {
  const bounds = [...new Set([0, ...edges.map((edge) => edge % bytes.length), bytes.length])].toSorted((a, b) => a - b)
  return bounds.slice(1).map((to, at) => ({ from: bounds[at]!, to, sha256: sha256Of(bytes.subarray(bounds[at], to)) }))
}

const judge = (bytes: Buffer, pieces: readonly Piece[], size = bytes.length, lengths: readonly number[] = [64]) =>
  judgeOwnership(inPieces(bytes, lengths), { owner: 'userId', scanned: { pieces, size }, isTransferred, pending, key })

const another = { kind: 'keep', reason: 'its content is not the content that was scanned' }
const notWhole = { kind: 'keep', reason: 'what its slices pinned does not make up the whole' }

const text = Buffer.from(rows(20))
const line = row(0).length
const forms = [
  { name: 'JSON Lines', bytes: text },
  { name: 'CSV', bytes: Buffer.from(`userId,a\n${Array.from({ length: 20 }, (_, n) => `1${n},x\n`).join('')}`) },
  { name: 'gzip', bytes: gzipSync(text) },
  { name: 'frames of zstd', bytes: Buffer.concat([zstdCompressSync(text), zstdCompressSync(rows(3))]) },
  { name: 'blocks of BGZF', bytes: Buffer.concat([bgzfBlock(text), bgzfBlock(Buffer.from(rows(3)))]) },
]

describe.each(forms)('a version that was read in slices: $name', ({ bytes }) => {
  test('may be deleted when all of it is what was scanned, wherever it was cut and however it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(1e6), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 4 }),
        async (edges, lengths) => {
          const judged = await judge(bytes, piecesOf(bytes, edges), bytes.length, lengths)
          expect(judged).toMatchObject({ kind: 'delete', sha256: sha256Of(bytes) })
        },
      ),
      { numRuns: 40 },
    )
  })

  test('is kept when a bit of any byte is another one', async () => {
    const pieces = piecesOf(bytes, [10, 11, bytes.length >> 1])
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1 << (at & 7)
      expect(await judge(changed, pieces)).toMatchObject({ kind: 'keep' })
    }
  })
})

describe('a version of nobody but transferred people is kept', () => {
  const pieces = piecesOf(text, [4 * line, 8 * line, 12 * line])
  const swapped = (one: number, other: number) => {
    const parts = pieces.map(({ from, to }) => text.subarray(from, to))
    return Buffer.concat(parts.with(one, parts[other]!).with(other, parts[one]!))
  }

  test.each(pieces)('when one of them became another one behind byte $from', async ({ from }) => {
    const changed = Buffer.from(text)
    changed.write(row(700), from + line)
    expect(await judge(changed, pieces)).toEqual(another)
  })

  test.each([
    [0, 1],
    [0, 3],
    [1, 2],
    [2, 3],
  ])('when slices %i and %i changed places', async (one, other) => {
    expect(await judge(swapped(one, other), pieces)).toEqual(another)
  })

  const lengths = [
    { name: 'a record more at its end', bytes: Buffer.concat([text, Buffer.from(row(5))]) },
    { name: 'a line end more', bytes: Buffer.concat([text, Buffer.from('\n')]) },
    { name: 'a record less', bytes: text.subarray(0, -line) },
    { name: 'a slice less', bytes: text.subarray(0, pieces.at(-1)!.from) },
    { name: 'its first slice twice', bytes: Buffer.concat([text.subarray(0, pieces[0]!.to), text]) },
    { name: 'nothing in it', bytes: Buffer.alloc(0) },
  ]
  test.each(lengths)('with $name', async ({ bytes }) => {
    expect(await judge(bytes, pieces, text.length)).toEqual(another)
    // Nor when what is listed now is as long.
    expect(await judge(bytes, pieces, bytes.length)).toMatchObject({ kind: 'keep' })
  })

  const [first, second, third, last] = pieces as [Piece, Piece, Piece, Piece]
  const untiled: { name: string; pieces: Piece[]; size?: number }[] = [
    { name: 'there are none', pieces: [] },
    { name: 'there are none of nothing', pieces: [], size: 0 },
    { name: 'the first is missing', pieces: [second, third, last] },
    { name: 'one in the middle is missing', pieces: [first, third, last] },
    { name: 'the last is missing', pieces: [first, second, third] },
    { name: 'one is there twice', pieces: [first, second, second, third, last] },
    { name: 'they are in another order', pieces: [second, first, third, last] },
    { name: 'two overlap', pieces: [first, { ...second, from: second.from - 1 }, third, last] },
    { name: 'there is a hole', pieces: [first, { ...second, from: second.from + 1 }, third, last] },
    { name: 'one is empty', pieces: [first, { ...second, to: second.from }, second, third, last] },
    { name: 'one ends before it begins', pieces: [first, { ...second, to: 0 }, third, last] },
    { name: 'the last ends behind the end', pieces: [first, second, third, { ...last, to: last.to + 1 }] },
    { name: 'the version is listed longer', pieces, size: text.length + 1 },
    { name: 'the version is listed shorter', pieces, size: text.length - 1 },
    { name: 'an end is no number', pieces: [{ ...first, to: Number.NaN }, second, third, last] },
    { name: 'an end is no whole number', pieces: [{ ...first, to: 4.5 }, { ...second, from: 4.5 }, third, last] },
    { name: 'a digest is none', pieces: [first, { ...second, sha256: '' }, third, last] },
    { name: 'a digest is missing', pieces: [first, { from: second.from, to: second.to } as Piece, third, last] },
  ]
  test.each(untiled)('unread, when of its pieces $name', async ({ pieces, size = text.length }) => {
    let reads = 0
    async function* chunks() {
      reads += 1
      yield text
    }
    const scanned = { pieces, size }
    expect(await judgeOwnership(chunks(), { owner: 'userId', scanned, isTransferred, pending, key })).toEqual(notWhole)
    expect(reads).toBe(0)
  })
})

test('reading stops at the first piece that is another one', async () => {
  let given = 0
  async function* chunks() {
    for (let at = 0; at < text.length; at += line) {
      given += 1
      yield text.subarray(at, at + line)
    }
  }
  const [first, ...others] = piecesOf(text, [2 * line])
  const scanned = { pieces: [{ ...first!, sha256: sha256Of(Buffer.from('x')) }, ...others], size: text.length }
  expect(await judgeOwnership(chunks(), { owner: 'userId', scanned, isTransferred, pending, key })).toEqual(another)
  expect(given).toBeLessThan(5)
})

test('what there is no time to read is kept, wherever the time is over', async () => {
  for (let left = 0; left < 4; left++) {
    let asked = 0
    const isLate = () => ++asked > left
    const scanned = { pieces: piecesOf(text, [50]), size: text.length }
    const judged = await judgeOwnership(inPieces(text, [60]), {
      owner: 'userId',
      scanned,
      isTransferred,
      pending,
      key,
      isLate,
    })
    expect(judged).toEqual({ kind: 'keep', reason: tooLate })
  }
})

test('any pieces make up a version exactly if they are those that it is cut into', () => {
  const edges = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 5 })
  fc.assert(
    fc.property(edges, fc.nat(50), fc.nat(50), (inner, one, other) => {
      const bounds = [0, ...inner.toSorted((a, b) => a - b), 60]
      const pieces = bounds.slice(1).map((to, at) => ({ from: bounds[at]!, to, sha256: 'a'.repeat(64) }))
      expect(arePiecesOf(pieces, 60)).toBe(true)
      const at = one % pieces.length
      const moved = pieces.with(at, { ...pieces[at]!, from: other })
      expect(arePiecesOf(moved, 60)).toBe(pieces[at]!.from === other)
      expect(arePiecesOf(pieces.toSpliced(at, 1), 60)).toBe(false)
    }),
  )
})
