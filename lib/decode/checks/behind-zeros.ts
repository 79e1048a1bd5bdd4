import type { Gap } from '../unverified.ts'
import { endOfZeros } from '../zeros.ts'
import { headLength } from './known-formats.ts'

/** Fewer are no block that a text may have. */
const least = 64

/**
 * Whether behind a block of zeros in a text something begins that `isOther`: where files stand one behind the other, filled up to blocks, what one of them says (a calendar, HTML) is not what stands there.
 */
export function behindZeros(isOther: (head: Uint8Array) => boolean) {
  let offset = 0
  /** Zeros that the content ended with so far, and where they begin. */
  let zeros = 0
  let zerosAt = 0
  /** What is behind a block so far, until that is enough. */
  let head: Buffer | undefined
  let problem: Omit<Gap, 'path'> | undefined

  function ask(): void {
    if (head !== undefined && head.length > 0 && isOther(head))
      problem ??= { reason: 'not-text', offset: zerosAt, detail: 'expected text behind zeros in text' }
    head = undefined
  }

  function take(text: Uint8Array): void {
    if (text.length === 0) return
    if (zeros >= least) head = Buffer.alloc(0)
    zeros = 0
    if (head === undefined) return
    head = Buffer.concat([head, text.subarray(0, headLength - head.length)])
    if (head.length === headLength) ask()
  }

  return {
    write(bytes: Uint8Array): void {
      for (let at = 0; at < bytes.length; ) {
        const found = bytes.indexOf(0, at)
        const to = found < 0 ? bytes.length : found
        take(bytes.subarray(at, to))
        at = endOfZeros(bytes, to)
        if (at === to) continue
        if (zeros === 0) {
          ask()
          zerosAt = offset + to
        }
        zeros += at - to
      }
      offset += bytes.length
    },
    end: ask,
    problem: () => problem,
  }
}
