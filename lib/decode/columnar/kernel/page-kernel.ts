import { openModule, pageBytes as wasmPage } from '../../../web-assembly.ts'
import type { Engine } from '../../compression/engine/engine.ts'
import { syncEngine } from '../../compression/engine/sync-engine.ts'
import { wholeFrameAt } from '../../compression/zstd/zstd-small-frames.ts'
import { defaultLimits } from '../../limits.ts'
import { byteLines, prefixedValues } from '../byte-values.ts'
import { corrupt } from '../column-fault.ts'
import type { Lines, Out } from '../text-content.ts'
import { kernelBytes } from './kernel-bytes.ts'

/**
 * The inner loops of pages in WebAssembly, in memory of their own: one page at a time, which is there until the next call of `unsnap` or `unzstd`, or until
 * other bytes become lines. What does not fit, and what is not valid, is left to the plain functions beside it.
 */
export type PageKernel = {
  /** Where its lines are written; the same memory for all of them. */
  readonly out: Out
  /** A raw snappy block that holds exactly `size` bytes; absent where the plain function has to look at it. */
  unsnap(stored: Uint8Array, size: number): Uint8Array | undefined
  /** The same for a single frame of zstd that states its size, by Node's decoder; absent as well where this is not at hand. */
  unzstd(stored: Uint8Array, size: number): Uint8Array | undefined
  /** How many of `count` numbers of `width` bits (1 to 32), packed from `at` in `bytes` on, are `wanted`; -1 if one is not below `bound` (less than 2^32). All of them are in `bytes`. */
  tallyPacked(
    bytes: Uint8Array,
    at: number,
    count: number,
    width: number,
    wanted: number,
    bound: number,
  ): number | undefined
  /** Lines of whole numbers of `width` bytes, the lowest first, as `fixedLines` writes them. */
  numberLines(bytes: Uint8Array, count: number, width: 4 | 8, signed: boolean): Lines | undefined
  /** Lines of values with their lengths before them, as `byteLines` writes them. `onEnd` is told where they end. */
  stringLines(bytes: Uint8Array, count: number, onEnd: (end: number) => void): Lines | undefined
}

/** What `assembly/index.ts` exports; all places are of the memory. */
type Exports = {
  unsnap(at: number, end: number, output: number, size: number): number
  tallyPacked(at: number, count: number, width: number, wanted: number, bound: number): number
  numberLines(at: number, count: number, width: number, signed: number, to: number, most: number): number
  stringLines(at: number, end: number, count: number, to: number, most: number): number
  readAt(): number
  writtenTo(): number
}

const outBytes = 256 * 1024
const mostPageBytes = 2 ** 24
const slack = 64

/** Kernels that nobody uses: to make a memory takes longer than to read a small file. Whoever has one has it alone. */
const idle: PageKernel[] = []
const mostIdle = 2

/** A kernel for pages of up to 16 MiB, in memory of 33 MiB of which only what is used is taken; `releasePageKernel` gives it back. */
export function takePageKernel(): PageKernel | undefined {
  return idle.pop() ?? openPageKernel(mostPageBytes)
}

export function releasePageKernel(kernel: PageKernel): void {
  kernel.out.at = 0
  if (idle.length < mostIdle) idle.push(kernel)
}

/** `pageBytes`: of the largest page to expect; it bounds the memory, which is twice that and 256 KiB. */
export function openPageKernel(pageBytes: number): PageKernel | undefined {
  const most = Math.min(Math.max(pageBytes, wasmPage), mostPageBytes)
  const outFrom = wasmPage
  const pageFrom = outFrom + outBytes + slack
  const storedFrom = pageFrom + most + slack
  const pages = Math.ceil((storedFrom + most + slack) / wasmPage)
  const opened = openModule<Exports>(kernelBytes, pages)
  if (opened === undefined) return undefined
  const { buffer, exports: kernel } = opened
  const bytes = new Uint8Array(buffer)
  const out: Out = {
    buffer: Buffer.from(buffer, outFrom, outBytes),
    view: new DataView(buffer, outFrom, outBytes),
    at: 0,
  }

  let zstd: Engine | 'none' | undefined

  /** Where bytes are in the memory, copied there if need be, not over a page that they may be made of. Undefined: they do not fit. */
  function placeOf(page: Uint8Array): number | undefined {
    if (page.buffer === buffer) return page.byteOffset
    if (page.length > most) return undefined
    bytes.set(page, storedFrom)
    return storedFrom
  }

  return {
    out,
    unsnap(stored, size) {
      if (stored.length > most || size > most) return undefined
      const header = lengthHeader(stored, size)
      if (header === undefined) return undefined
      bytes.set(stored, storedFrom)
      const isValid = kernel.unsnap(storedFrom + header, storedFrom + stored.length, pageFrom, size)
      return isValid ? bytes.subarray(pageFrom, pageFrom + size) : undefined
    },
    unzstd(stored, size) {
      if (size > most || wholeFrameAt(stored, 0, most)?.end !== stored.length) return undefined
      zstd ??= syncEngine({ name: 'zstd', windowLog: defaultLimits.windowLog }) ?? 'none'
      if (zstd === 'none') return undefined
      // One byte more than fits: a decoder that has filled its output may have more.
      const isValid = zstd.whole!(stored, bytes.subarray(pageFrom, pageFrom + size + 1), 0, size) !== undefined
      return isValid ? bytes.subarray(pageFrom, pageFrom + size) : undefined
    },
    tallyPacked(page, at, count, width, wanted, bound) {
      const size = Math.ceil((count * width) / 8)
      const place = page.buffer === buffer ? page.byteOffset + at : placeOf(page.subarray(at, at + size))
      return place === undefined ? undefined : kernel.tallyPacked(place, count, width, wanted, bound)
    },
    numberLines(page, count, width, signed) {
      const place = placeOf(page)
      if (place === undefined || count * width > page.length) return undefined
      let left = count
      let at = place
      return {
        fill(target) {
          if (target !== out) throw new Error('page kernel: expected its own buffer')
          left -= kernel.numberLines(at, left, width, signed ? 1 : 0, outFrom + out.at, outFrom + outBytes)
          at = kernel.readAt()
          out.at = kernel.writtenTo() - outFrom
          return left === 0
        },
      }
    },
    stringLines(page, count, onEnd) {
      const place = placeOf(page)
      if (place === undefined) return undefined
      const end = place + page.length
      let left = count
      let at = place
      /** One value that is longer than the buffer, or not valid. */
      let single: Lines | undefined
      return {
        fill(target) {
          if (target !== out) throw new Error('page kernel: expected its own buffer')
          for (;;) {
            if (single !== undefined && !single.fill(out)) return false
            single = undefined
            left -= kernel.stringLines(at, end, left, outFrom + out.at, outFrom + outBytes)
            at = kernel.readAt()
            out.at = kernel.writtenTo() - outFrom
            if (left === 0) {
              onEnd(at - place)
              return true
            }
            if (out.at > 0) return false
            const values = prefixedValues(bytes.subarray(at, end), end - at, 1)
            if (end - at < 4) throw corrupt('expected the length of a value')
            single = byteLines(values)
            at += 4 + new DataView(buffer, at, 4).getUint32(0, true)
            left -= 1
          }
        },
      }
    },
  }
}

/** How long the length before a snappy block is, if it states `size`. */
function lengthHeader(stored: Uint8Array, size: number): number | undefined {
  let length = 0
  for (let at = 0; at < 5; at++) {
    const byte = stored[at]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return length === size ? at + 1 : undefined
  }
  return undefined
}
