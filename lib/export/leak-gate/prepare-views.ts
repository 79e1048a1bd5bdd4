import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { View } from './views.ts'

/** Where a part begins in what is searched: in bytes, and in lines. */
export type Place = { view: Omit<View, 'bytes'>; offset: number; lines: number }

/**
 * Parts of a bundle as one content, in which each begins on a line of its own: a search for each of the many small ones would take longer than
 * searching them. `chunks` may be asked for again; `places`, ascending, are of those that were given so far. `isSame`: whether all that was read, by
 * its SHA-256, is what the first reader was given: what one index was searched for in has to be what the next one is.
 */
export type PreparedViews = {
  chunks(): Generator<Uint8Array>
  readonly places: readonly Place[]
  isSame(sha256: string): boolean
}

const chunkBytes = 256 * 1024
/** What is searched begins like text, whatever it is. */
const head = Buffer.from('text\n')
const lineFeed = Buffer.from('\n')

/**
 * Making the parts (reading, decoding, masking) takes several times as long as searching them. `often`: they are made once and kept for every further
 * search, compressed, since most of a document that is masked are colons; otherwise nothing is kept, and every search makes them.
 */
export function prepareViews(viewsOf: () => Iterable<View>, searched: 'once' | 'often'): PreparedViews {
  const often = searched === 'often'
  let places: Place[] = []
  let digest: string | undefined
  let kept: Uint8Array[] | undefined
  return {
    *chunks() {
      if (kept !== undefined) {
        for (const each of kept) yield zstdDecompressSync(each)
        return
      }
      places = []
      const making: Uint8Array[] = []
      for (const chunk of layOut(viewsOf(), places)) {
        if (often) making.push(zstdCompressSync(chunk, quickly))
        yield chunk
      }
      // Only now: whoever stops before the end has not seen all.
      if (often) kept = making
    },
    get places() {
      return places
    },
    isSame(sha256) {
      digest ??= sha256
      return sha256 === digest
    },
  }
}

const quickly = { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } }

function* layOut(views: Iterable<View>, places: Place[]): Generator<Uint8Array> {
  let offset = head.length
  let lines = 1
  let waiting: Uint8Array[] = [head]
  let size = 0
  for (const { bytes, ...view } of views) {
    places.push({ view, offset, lines })
    offset += bytes.length + 1
    lines += countLines(bytes) + 1
    waiting.push(bytes, lineFeed)
    size += bytes.length
    if (size < chunkBytes) continue
    yield Buffer.concat(waiting)
    waiting = []
    size = 0
  }
  yield Buffer.concat(waiting)
}

function countLines(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines++
  return lines
}
