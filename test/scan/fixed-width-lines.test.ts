import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openFixedWidth } from '../../lib/scan/fixed-width/fixed-width.ts'
import { defaultForms } from '../../lib/scan/forms/form-names.ts'
import { makeIndex } from '../subject-index/make-index.ts'

const handle = 'bob_w77'
const long = '19'.repeat(45)
const uuid = '6f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9'
const index = makeIndex([handle, long, uuid])

const number = (seed: number, length: number) => String((seed * 7_919_777 + 123) % 10 ** length).padStart(length, '0')
const others = (count: number) => Array.from({ length: count }, (_, seed) => `ann${number(seed, 3)}`)
const lineOf = (seed: number, name: string) => `1${number(seed, 10)}${name.padEnd(12)}20260101`
const textOf = (handles: readonly string[], end = '\n') =>
  handles.map((each, seed) => lineOf(seed, each) + end).join('')

function gluedIn(chunks: readonly Uint8Array[], part?: { start: number; before: Uint8Array }, after = '') {
  const fields = openFixedWidth(index, defaultForms, part)!
  for (const chunk of chunks) fields.write(chunk)
  fields.finish(Buffer.from(after))
  const glued = fields.glued()
  // Not -0.
  return glued === undefined ? undefined : glued + 0
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + sizes[chunks.length % sizes.length]!
    chunks.push(bytes.subarray(at, end))
    at = end
  }
  return chunks
}

it('what is in a line before a part as well is found in the part', () => {
  const line = `${lineOf(5, handle)}\n`
  const before = Buffer.from(textOf([...others(20), handle, ...others(60)]) + line)
  const behind = textOf(others(9))
  expect(gluedIn([Buffer.from(behind + line)], { start: 1e6, before })).toBe(behind.length)
})

it('a number of more than 64 digits is found within a longer one', () => {
  const record = (seed: number, id: string) => `01${id}20260${number(seed, 3)}${number(seed, 11)}\n`
  const text = Array.from({ length: 70 }, (_, seed) => record(seed, '18'.repeat(40) + number(seed, 10))).join('')
  expect(gluedIn([Buffer.from(text)])).toBeUndefined()
  expect(gluedIn([Buffer.from(text + record(3, long))])).toBe(text.length)
})

it('lines without hyphens are looked at for UUIDs in little time, however many are in a chunk', () => {
  const text = textOf(others(160_000))
  const start = performance.now()
  expect(gluedIn([Buffer.from(text)])).toBeUndefined()
  expect(performance.now() - start).toBeLessThan(4000)
})

it('a line is looked at alike wherever chunks begin, with line ends of any kind and beside characters beyond ASCII', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 6 })
  const lineEnd = fc.constantFrom('\n', '\r\n')
  const place = fc.record({ at: fc.nat(149), umlaut: fc.nat(149), before: fc.nat(3000), from: fc.nat(2900) })
  fc.assert(
    fc.property(sizes, lineEnd, place, (sizes, end, { at, umlaut, before, from }) => {
      const handles = others(150).with(umlaut, 'MÜLLER_').with(at, handle)
      const bytes = Buffer.from(textOf(handles, end))
      const glued = Buffer.byteLength(textOf(handles.slice(0, at), end))
      expect(gluedIn(cut(bytes, sizes))).toBe(glued)
      // In a part from there on, whose lines all are known from the first one on.
      const start = bytes.lastIndexOf('\n', from) + 1
      const part = { start: from, before: bytes.subarray(Math.max(0, Math.min(start, from - before)), from) }
      const isIn = glued >= from
      expect(gluedIn(cut(bytes.subarray(from, -9), sizes), part, bytes.toString('utf8', bytes.length - 9))).toBe(
        isIn ? glued - from : undefined,
      )
    }),
  )
})
