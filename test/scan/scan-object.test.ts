import { createHash } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type PlacedOccurrence, scanObject } from '../../lib/scan/scan-object.ts'
import { makeIndex } from '../subject-index/make-index.ts'

const index = makeIndex(['1234567890123456789', 'bob@x.org'])
const text = Buffer.from('{"id":1}\n{"id":1234567890123456789}\n{"to":"Bob@x.org"}')
const ordinals = [index.ordinalOf('decimal', '1234567890123456789'), index.ordinalOf('email', 'bob@x.org')]

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function scan(bytes: Uint8Array, size = 1000, sought?: 'subjects' | 'subjects-and-controls') {
  const occurrences: PlacedOccurrence[] = []
  const result = await scanObject(inPieces(bytes, size), index, (each) => occurrences.push(each), { sought })
  return { result, occurrences }
}

describe('scanning an object', () => {
  const forms: { name: string; stored: Uint8Array; path: string[] }[] = [
    { name: 'plain', stored: text, path: [] },
    { name: 'gzip', stored: gzipSync(text), path: ['gzip'] },
    { name: 'zstd', stored: zstdCompressSync(text), path: ['zstd'] },
    { name: 'gzip in zstd', stored: zstdCompressSync(gzipSync(text)), path: ['zstd', 'gzip'] },
  ]
  for (const { name, stored, path } of forms)
    it(`finds every identifier, in any cuts, and accounts for every byte: ${name}`, async () => {
      for (const size of [1, 7, 1000]) {
        const { result, occurrences } = await scan(stored, size)
        expect(occurrences).toStrictEqual([
          { ordinal: ordinals[0], record: 2, offset: 15, path, content: 0 },
          { ordinal: ordinals[1], record: 3, offset: 43, path, content: 0 },
        ])
        expect(result).toMatchObject({
          bytes: stored.length,
          decodedBytes: text.length,
          records: 3,
          sha256: createHash('sha256').update(stored).digest('hex'),
          complete: true,
          gaps: [],
        })
      }
    })

  it('is not complete when a container is cut anywhere, and never finds what is not there', async () => {
    // One byte of zstd is a bracket: text.
    for (const whole of [gzipSync(text), zstdCompressSync(text)])
      for (let length = 2; length < whole.length; length++) {
        const { result, occurrences } = await scan(whole.subarray(0, length))
        expect(result.complete, `${length} of ${whole.length} bytes`).toBe(false)
        expect(occurrences.every(({ offset }) => offset === 15 || offset === 43)).toBe(true)
      }
  })

  it('does not report what may go on behind a cut', async () => {
    const cut = Buffer.concat([gzipSync(Buffer.from('x 1234567890123456789')).subarray(0, -8)])
    const { result, occurrences } = await scan(cut)
    expect(result.complete).toBe(false)
    expect(occurrences).toStrictEqual([])
  })

  it('reports controls only to who asks for them: they are nobody whose data could be deleted', async () => {
    const control = index.controls[0]!
    const bytes = Buffer.from(`${control.text}\n`)
    expect((await scan(bytes)).occurrences).toStrictEqual([])
    expect((await scan(bytes, 9, 'subjects-and-controls')).occurrences).toMatchObject([{ ordinal: control.ordinal }])
  })

  it('reads nothing from nothing', async () => {
    const { result } = await scan(new Uint8Array(0))
    expect(result).toMatchObject({ bytes: 0, decodedBytes: 0, records: 0 })
  })
})
