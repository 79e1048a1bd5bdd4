import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { scanObject } from '../../../lib/scan/scan-object.ts'
import { makeIndex } from '../../subject-index/make-index.ts'
import { someOf } from '../../support/some-of.ts'
import { inPieces } from '../collect.ts'

/** Who is looked for. */
export const id = 'bob_smith77'
const index = makeIndex([id])

/** Whether a scan says that nobody is in it. */
export async function isClean(bytes: Uint8Array): Promise<boolean> {
  let found = 0
  const { complete } = await scanObject(inPieces(bytes, [500]), index, () => found++, { picturesMayBeClean: true })
  return complete && found === 0
}

export const text = `user ${id} and others\n`
export const utf16 = Buffer.from(text, 'utf16le')
/** A text with somebody in it, in ways in which it may be written. */
const encodings: Record<string, Buffer> = {
  'as it is': Buffer.from(text),
  'in Latin-1': Buffer.from(`é ${text}`, 'latin1'),
  'in UTF-16': utf16,
  'in UTF-16 of the other order': Buffer.from(utf16).swap16(),
  'in UTF-16 with a mark': Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]),
  'in UTF-32': Buffer.concat([...text].map((character) => Buffer.from(`${character}\0\0\0`))),
  'in gzip': gzipSync(text),
  'in zlib': deflateSync(text),
  'in zstd': zstdCompressSync(text),
  'in gzip in base64': Buffer.from(gzipSync(text).toString('base64')),
  'in a cipher': Buffer.from(Buffer.from(text).map((byte) => byte ^ 0xd5)),
}

/** Makes a picture that has these bytes at some place, by the name of the place. */
export type Places = Record<string, (bytes: Buffer) => Buffer>

/** Somebody is found at each place that may be a text, or it is not clean, and found in samples and numbers (`pixels`) where the text is plain; nothing else is found there. */
export function testPlaces(places: Places, pixels: Places): void {
  for (const [place, wrap] of someOf(6, Object.entries(places)))
    test(`is found or said not to be read, however the text is written: ${place}`, async () => {
      for (const [encoding, bytes] of Object.entries(encodings))
        expect(`${encoding}: ${await isClean(wrap(bytes))}`).toBe(`${encoding}: false`)
    })

  for (const [place, wrap] of Object.entries(pixels))
    test(`is found where the text is plain: ${place}`, async () => {
      expect(await isClean(wrap(Buffer.from(`user ${id}\n`)))).toBe(false)
      expect(await isClean(wrap(Buffer.from(`user bob_smith78\n`)))).toBe(true)
    })
}
