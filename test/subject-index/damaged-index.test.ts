import { describe, expect, it } from 'vitest'
import { IndexInvalid } from '../../lib/errors.ts'
import { caseKeysOf } from '../../lib/subject-index/case-keys.ts'
import { layOutIndex, readIndexParts } from '../../lib/subject-index/index-format.ts'
import { openSubjectIndex } from '../../lib/subject-index/open-subject-index.ts'
import { buildIndex, testKeys } from './make-index.ts'

const { bytes } = buildIndex(['1234567890123456789', 'jane_doe'])

describe('a subject index that is not the one that was built', () => {
  it('is refused when any byte is another one', () => {
    expect(bytes.length).toBeLessThan(2500)
    for (let at = 0; at < bytes.length; at++)
      for (const flip of [0x01, 0x20, 0x80]) {
        const changed = bytes.slice()
        changed[at]! ^= flip
        expect(() => openSubjectIndex(changed, testKeys), `byte ${at}`).toThrow(IndexInvalid)
      }
  })

  it('is refused when it is cut anywhere, or goes on', () => {
    for (let length = 0; length < bytes.length; length++)
      expect(() => openSubjectIndex(bytes.slice(0, length), testKeys), `${length} bytes`).toThrow(IndexInvalid)
    expect(() => openSubjectIndex(Buffer.concat([bytes, Buffer.alloc(1)]), testKeys)).toThrow(IndexInvalid)
    expect(() => openSubjectIndex(Buffer.concat([bytes, bytes]), testKeys)).toThrow(IndexInvalid)
  })

  it('is refused with another case key, in words that say so', () => {
    const others = caseKeysOf(Buffer.alloc(32, 8))
    expect(() => openSubjectIndex(bytes, others)).toThrow(/case key: expected the one it was built with/)
    // Somebody who knows the commitment but not the key.
    const forged = { ...others, commitment: testKeys.commitment }
    expect(() => openSubjectIndex(bytes, forged)).toThrow(/seal: expected one made with the case key/)
  })

  it('is refused when somebody without the case key takes a subject out and repairs the checksum', () => {
    const { header, filter, digests } = readIndexParts(bytes, testKeys)
    const fewer = layOutIndex({ ...header, subjects: header.subjects - 1 })
    fewer.filter.first.set(filter.first)
    fewer.filter.second.set(filter.second)
    fewer.filter.seeds.set(filter.seeds)
    for (let at = 0; at < fewer.digests.byteLength; at++) fewer.digests.setUint8(at, digests.getUint8(at))
    fewer.seal({ ...caseKeysOf(Buffer.alloc(32, 8)), commitment: testKeys.commitment })
    expect(() => openSubjectIndex(fewer.bytes, testKeys)).toThrow(/seal/)
  })

  it('is refused in another version, in words that say so', () => {
    const { header } = readIndexParts(bytes, testKeys)
    const later = layOutIndex({ ...header, version: 4 as 3 })
    later.seal(testKeys)
    expect(() => openSubjectIndex(later.bytes, testKeys)).toThrow(/version: expected 3/)
  })

  it('is refused when it is something else', () => {
    const others = ['', '{}', 'x', '\x10\0\0\0{"format":"zip"}', `\x02\0\0\0{}${' '.repeat(100)}`]
    for (const text of others) expect(() => openSubjectIndex(Buffer.from(text), testKeys), text).toThrow(IndexInvalid)
  })
})
