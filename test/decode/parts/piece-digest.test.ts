import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPieceDigest } from '../../../lib/decode/parts/piece-digest.ts'

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('the digest of the first bytes of what is read', () => {
  it('is that of exactly these, however they come and whenever their end is known', () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 12 })
    fc.assert(
      fc.property(chunks, fc.nat(300), fc.nat(300), fc.nat(12), (chunks, certain, end, known) => {
        const all = Buffer.concat(chunks)
        const length = certain + end
        const digest = createPieceDigest(certain)
        for (const [at, chunk] of chunks.entries()) {
          // It is known when all of it was read, at the earliest.
          if (at >= known && Buffer.concat(chunks.slice(0, at)).length >= length) digest.endAt(length)
          digest.add(chunk)
        }
        const isThere = length > 0 && length <= all.length
        expect(digest.sha256Of(length)).toBe(isThere ? sha256Of(all.subarray(0, length)) : undefined)
        expect(digest.sha256Of(length + 1)).toBeUndefined()
      }),
    )
  })

  it('is not told when too many bytes behind it were read before its end was known', () => {
    const chunk = Buffer.alloc(2 ** 20, 'x')
    const digest = createPieceDigest(10)
    for (let count = 0; count < 10; count++) digest.add(chunk)
    expect(digest.sha256Of(2 ** 20)).toBeUndefined()
  })

  it('is of all bytes where nothing else is said, and the producer may use its buffer again', () => {
    const buffer = Buffer.from('aaaa')
    const digest = createPieceDigest()
    digest.add(buffer)
    buffer.fill('b')
    digest.add(buffer)
    expect(digest.sha256Of(8)).toBe(sha256Of(Buffer.from('aaaabbbb')))
    const short = createPieceDigest()
    short.add(buffer)
    expect(short.sha256Of(5)).toBeUndefined()
  })
})
