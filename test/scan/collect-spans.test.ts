import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Alphabet, digits, hexDigits, localCharacters, tableOf } from '../../lib/scan/finders/alphabets.ts'
import { createRuns } from '../../lib/scan/finders/collect-runs.ts'
import { collectRuns } from '../../lib/scan/forms/long-runs.ts'

/** Runs by a regular expression. */
function runsOf(bytes: Uint8Array, to: number, alphabet: Alphabet, minLength: number): [number, number][] {
  const text = Array.from(bytes.subarray(0, to), (byte) => (alphabet[byte] === 0 ? ' ' : 'x')).join('')
  return Array.from(text.matchAll(/x+/g), ({ index, 0: run }): [number, number] => [index, index + run.length]).filter(
    ([start, end]) => end - start >= minLength,
  )
}

function collected(bytes: Uint8Array, to: number, alphabet: Alphabet, minLength: number): [number, number][] {
  const runs = createRuns(to, minLength)
  collectRuns(runs, bytes, to, alphabet, minLength)
  return Array.from({ length: runs.count }, (_, run) => [runs.starts[run]!, runs.ends[run]!])
}

const alphabets = [digits, hexDigits, localCharacters, tableOf('0123456789.,eE+- _'), tableOf('09').fill(1, 0x90)]
/** Stretches of one byte: short ones, ones around the widths that the kernel looks at, and ones beyond its memory. */
const stretch = fc.tuple(
  fc.constantFrom(0x30, 0x39, 0x61, 0x2e, 0x20, 0x0a, 0xff, 0x90, 0x8f, 0x00),
  fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 1, max: 5 }) },
    { weight: 10, arbitrary: fc.integer({ min: 5, max: 140 }) },
    { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 70_000 }) },
    { weight: 1, arbitrary: fc.constantFrom(65_535, 65_536, 65_537, 131_072, 131_071) },
  ),
)

it('collects every run of an alphabet, however long and wherever the kernel has to stop', () => {
  const content = fc.array(stretch, { minLength: 20, maxLength: 300, size: 'max' })
  fc.assert(
    fc.property(
      content,
      fc.constantFrom(...alphabets),
      fc.integer({ min: 1, max: 70 }),
      (stretches, alphabet, least) => {
        const bytes = Buffer.concat(stretches.map(([byte, length]) => Buffer.alloc(length, byte)))
        expect(collected(bytes, bytes.length, alphabet, least)).toEqual(runsOf(bytes, bytes.length, alphabet, least))
        const to = bytes.length >> 1
        expect(collected(bytes, to, alphabet, least)).toEqual(runsOf(bytes, to, alphabet, least))
      },
    ),
    { numRuns: 60 },
  )
})

it('collects dense runs of every length', () => {
  for (let length = 3; length <= 70; length++) {
    const bytes = Buffer.from(`${'7'.repeat(length)} `.repeat(Math.ceil(200_000 / length)))
    expect(collected(bytes, bytes.length, digits, length).length).toBe(Math.ceil(200_000 / length))
    expect(collected(bytes, bytes.length, digits, length + 1)).toEqual([])
  }
})
