import { describe, expect, it } from 'vitest'
import { IndexInvalid } from '../../lib/errors.ts'
import { caseKeysOf } from '../../lib/subject-index/case-keys.ts'
import {
  filterBytesOf,
  formatFooter,
  formatHead,
  headBytes,
  trailerBytes,
} from '../../lib/subject-index/index-format.ts'
import { sourceOfBytes } from '../../lib/subject-index/index-source.ts'
import { isTransferred, openSubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { readIndexParts, requireManifest } from '../../lib/subject-index/read-index.ts'
import { buildIndex, testKeys } from './make-index.ts'

const subjects = ['1234567890123456789', 'jane_doe']
const pending = ['later_on', '7654321']
const { bytes } = buildIndex(subjects, { pending })
const many = Array.from({ length: 5000 }, (_, n) => String(7_000_000_000 + n * 13))
const large = buildIndex(many, { pending: Array.from({ length: 3000 }, (_, n) => `later_${n}`) }).bytes

/** Opens an index and looks all of it up. */
function use(changed: Uint8Array): void {
  const index = openSubjectIndex(changed, testKeys)
  for (const text of subjects) expect(isTransferred(index, text)).toBe(true)
  for (const text of pending) expect(index.isListed(text)).toBe(true)
}

const footerOf = (of: Uint8Array) => readIndexParts(sourceOfBytes(of), testKeys).footer

describe('a subject index that is not the one that was built', () => {
  it('is refused when any byte is another one', () => {
    expect(bytes.length).toBeLessThan(3000)
    use(bytes)
    for (let at = 0; at < bytes.length; at++)
      for (const flip of [0x01, 0x20, 0x80]) {
        const changed = bytes.slice()
        changed[at]! ^= flip
        expect(() => use(changed), `byte ${at}`).toThrow(IndexInvalid)
      }
  })

  it('is refused when it is cut anywhere, or goes on', () => {
    for (let length = 0; length < bytes.length; length++)
      expect(() => openSubjectIndex(bytes.slice(0, length), testKeys), `${length} bytes`).toThrow(IndexInvalid)
    expect(() => openSubjectIndex(Buffer.concat([bytes, Buffer.alloc(1)]), testKeys)).toThrow(IndexInvalid)
    expect(() => openSubjectIndex(Buffer.concat([bytes, bytes]), testKeys)).toThrow(IndexInvalid)
  })

  it('is refused by the shards that are damaged, each when it is read, and serves what is in the others', () => {
    const { footer } = readIndexParts(sourceOfBytes(large), testKeys)
    const shards = 2 ** footer.entries.shardBits
    expect(shards).toBe(32)
    const changed = large.slice()
    const entriesAt = headBytes + filterBytesOf(footer.filter)
    const damagedDigests = [10, footer.entries.digests - 10]
    for (const digest of damagedDigests) changed[entriesAt + digest * 16 + 3]! ^= 4
    const index = openSubjectIndex(changed, testKeys)
    const failures = many.flatMap((text) => {
      try {
        expect(isTransferred(index, text)).toBe(true)
        return []
      } catch (error) {
        expect(error).toBeInstanceOf(IndexInvalid)
        return [(error as Error).message]
      }
    })
    expect(new Set(failures)).toStrictEqual(
      new Set([
        'subject index: entries: digests, shard 1 of 32: expected an undamaged index; build it again from the manifest',
        'subject index: entries: digests, shard 32 of 32: expected an undamaged index; build it again from the manifest',
      ]),
    )
    expect(failures.length).toBeGreaterThan(250)
    expect(failures.length).toBeLessThan(375)
    expect(() => index.check()).toThrow(/entries: digests, shard 1 of 32/)
    expect(() => openSubjectIndex(large, testKeys).check()).not.toThrow()
  })

  it('is refused as a whole when the filter or a directory is damaged', () => {
    const { filter, entries } = footerOf(large)
    const entriesAt = headBytes + filterBytesOf(filter)
    const directoryAt = entriesAt + entries.digests * 16
    const places = [
      { place: headBytes, message: /filter: expected/ },
      { place: headBytes + 5, message: /filter: expected/ },
      { place: entriesAt - 5, message: /filter: expected/ },
      { place: directoryAt, message: /entries: directory: expected/ },
      { place: directoryAt + 36 * 8 - 1, message: /entries: directory: expected/ },
      { place: large.length - trailerBytes - 5, message: /checksum: expected/ },
    ]
    for (const { place, message } of places) {
      const changed = large.slice()
      changed[place]! ^= 1
      expect(() => openSubjectIndex(changed, testKeys)).toThrow(message)
    }
  })

  it('is refused with another case key, in words that say so', () => {
    const others = caseKeysOf(Buffer.alloc(32, 8))
    expect(() => openSubjectIndex(bytes, others)).toThrow(/case key: expected the one it was built with/)
    // Somebody who knows the commitment but not the key.
    const forged = { ...others, commitment: testKeys.commitment }
    expect(() => openSubjectIndex(bytes, forged)).toThrow(/seal: expected one made with the case key/)
  })

  it('is refused when somebody without the case key changes what it says and repairs the checksum', () => {
    const footer = footerOf(bytes)
    const forger = { ...caseKeysOf(Buffer.alloc(32, 8)), commitment: testKeys.commitment }
    const length = formatFooter(footer, testKeys).length
    const forged = Buffer.concat([
      bytes.subarray(0, bytes.length - length),
      formatFooter({ ...footer, report: { ...footer.report, sha256: 'cd'.repeat(32) } }, forger),
    ])
    expect(() => openSubjectIndex(forged, testKeys)).toThrow(/seal/)
  })

  it('is refused when its parts do not add up, even under its own seal', () => {
    const footer = footerOf(bytes)
    const rest = bytes.subarray(0, bytes.length - formatFooter(footer, testKeys).length)
    const { entries, filter, pending: later } = footer
    for (const changed of [
      { ...footer, entries: { ...entries, digests: entries.digests - 1 } },
      {
        ...footer,
        entries: { ...entries, digests: entries.digests - 1 },
        pending: { ...later, digests: later.digests + 1 },
      },
      { ...footer, entries: { ...entries, shardBits: 1 } },
      { ...footer, filter: { ...filter, segments: filter.segments + 1 } },
      { ...footer, controls: [] as never, entries: { ...entries, digests: -1 } },
    ])
      expect(() => openSubjectIndex(Buffer.concat([rest, formatFooter(changed, testKeys)]), testKeys)).toThrow(
        IndexInvalid,
      )
  })

  it('is refused for another manifest than its own, in words that say so', () => {
    const index = openSubjectIndex(bytes, testKeys)
    expect(() => requireManifest(index, index.manifestSha256)).not.toThrow()
    expect(() => requireManifest(index, 'cd'.repeat(32))).toThrow(/manifest: expected the one that it was built from/)
  })

  it('is refused in another version, in words that say so', () => {
    for (const version of [3, 5, 44]) {
      const later = Buffer.concat([formatHead(version), bytes.subarray(headBytes)])
      expect(() => openSubjectIndex(later, testKeys)).toThrow(/version: expected 4/)
    }
  })

  it('is refused when it is something else', () => {
    const others = ['', '{}', 'x', '\x10\0\0\0{"format":"zip"}', `\x02\0\0\0{}${' '.repeat(100)}`, 'x'.repeat(5000)]
    for (const text of others) expect(() => openSubjectIndex(Buffer.from(text), testKeys), text).toThrow(IndexInvalid)
  })
})
