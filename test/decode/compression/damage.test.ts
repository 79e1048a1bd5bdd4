import { describe, expect, test } from 'vitest'
import { someOf } from '../../support/some-of.ts'
import { collect, inPieces } from '../collect.ts'
import { smallSamples } from './sample.ts'

/** Compressions that know where they end. */
const ending = smallSamples(['android-backup', 'bzip2', 'lz4', 'lzip', 'lzma', 'mozilla-lz4', 'xz', 'zlib'])
/** Those that have a checksum of everything they hold. */
const checked = smallSamples(['bzip2', 'lz4', 'lzip', 'snappy', 'xz', 'zlib'])

/** Bytes of text that one begins with. */
const asText: Record<string, number> = { 'android-backup': 23, 'mozilla-lz4': 7 }

describe('a file that was cut off', () => {
  test.each(ending)('is never complete: $name', async ({ bytes, path }) => {
    // What is shorter begins like text.
    for (let length = 1 + (asText[path] ?? 4); length < bytes.length; length++) {
      const { reading } = await collect(inPieces(bytes.subarray(0, length), length % 7 === 0 ? [1] : [1e6]))
      if (reading.complete) expect.fail(`complete with ${length} bytes`)
      expect(reading.bytes).toBe(length)
    }
  })
})

describe('a file in which one bit flipped', () => {
  test.each(someOf(4, checked))('is never complete with another content: $name', async ({ bytes, path, text }) => {
    let noticed = 0
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      const { reading, contents } = await collect(inPieces(damaged, [1e6]))
      if (!reading.complete) noticed += 1
      else if (String(contents.get(path)?.bytes) !== text) expect.fail(`complete with bit ${bit} flipped`)
    }
    // Only bits that mean nothing here go unnoticed, like the size of a dictionary.
    expect(noticed).toBeGreaterThan(bytes.length * 8 - 80)
  })
})
