import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createRowDigests,
  longestText,
  messageBytes,
  rowsTogether,
} from '../../../lib/subject-index/kernel/row-digests.ts'

const key = Uint8Array.from({ length: 32 }, (_, n) => n * 7)

describe('digests and hashes of rows', () => {
  it('are the same four at a time in the kernel as one at a time without it, whatever was there before', () => {
    const seed = [0x12345678, -77] as const
    const [kernel, plain] = [createRowDigests(key, seed), createRowDigests(key, seed, false)]
    const text = fc.uint8Array({ minLength: 3, maxLength: longestText })
    const row = fc.record({ text, shape: fc.integer({ min: 1, max: 255 }) })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 23 }), (rows) => {
        for (const { messages, lengths } of [kernel, plain])
          rows.forEach(({ text, shape }, at) => {
            messages.fill(0, at * messageBytes, (at + 1) * messageBytes)
            messages[at * messageBytes] = shape
            messages.set(text, at * messageBytes + 1)
            lengths[at] = text.length
          })
        kernel.compute(rows.length)
        plain.compute(rows.length)
        const count = rows.length
        expect(kernel.digests.subarray(0, count * 4)).toStrictEqual(plain.digests.subarray(0, count * 4))
        expect(kernel.firsts.subarray(0, count)).toStrictEqual(plain.firsts.subarray(0, count))
        expect(kernel.seconds.subarray(0, count)).toStrictEqual(plain.seconds.subarray(0, count))
      }),
      { numRuns: 300 },
    )
  })

  it('are computed for as many rows as there is room for, each in its place', () => {
    const [kernel, plain] = [createRowDigests(key, [1, 2]), createRowDigests(key, [1, 2], false)]
    for (const { messages, lengths } of [kernel, plain])
      for (let row = 0; row < rowsTogether; row++) {
        messages.set(Buffer.from(`\u0001${1_000_000 + row}`), row * messageBytes)
        lengths[row] = 7
      }
    kernel.compute(rowsTogether)
    plain.compute(rowsTogether)
    expect(kernel.digests).toStrictEqual(plain.digests)
    expect([kernel.firsts, kernel.seconds]).toStrictEqual([plain.firsts, plain.seconds])
    expect(new Set(kernel.digests).size).toBe(rowsTogether * 4)
  })

  it('are refused from a kernel that comes to others', () => {
    const { messages, lengths, compute } = createRowDigests(key, [1, 2])
    messages.set(Buffer.from('\u00011234567'))
    lengths[0] = 7
    expect(() => compute(1)).not.toThrow()
    // The key is before everything else in the kernel's memory.
    new Uint8Array(messages.buffer, 128, 32)[7]! ^= 1
    expect(() => compute(1)).toThrow(/kernel: expected what is computed without it/)
  })
  it('are refused from a kernel that comes to others for one length or shape alone, wherever that is in a manifest', () => {
    for (const other of ['\u0001123456', '\u00021234567']) {
      const { messages, lengths, compute } = createRowDigests(key, [1, 2])
      for (let row = 0; row < rowsTogether; row++) {
        messages.set(Buffer.from('\u00011234567'), row * messageBytes)
        lengths[row] = 7
      }
      messages.set(Buffer.from(other), 5003 * messageBytes)
      lengths[5003] = other.length - 1
      // The kernel digests all of a message, and this code so many bytes of it: what is behind them makes it another digest.
      messages.fill(0, 5003 * messageBytes + other.length, 5004 * messageBytes)
      expect(() => compute(rowsTogether)).not.toThrow()
      messages[5003 * messageBytes + other.length] = 1
      expect(() => compute(rowsTogether)).toThrow(/kernel: expected what is computed without it/)
    }
  })
})
