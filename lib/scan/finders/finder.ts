import { mostBehind } from './domain-ends.ts'
import { longestEscape } from './escapes.ts'

/**
 * The bytes that finders look at: the unfinished tail of what came before, then what came last. Bytes are at
 * `bytes[0 .. to)`; `view` and `buffer` are the same memory.
 */
export type Block = { readonly bytes: Uint8Array; readonly view: DataView; readonly buffer: Buffer }

/** Where confirmed identifiers go: `length` bytes at `start` in the block. */
export type Emit = {
  /** `form`: the hashed form that it is in. */
  now(ordinal: number, start: number, length: number, form?: string): void
  /** For one whose bytes will be gone when it is decided: call what is returned if it counts. */
  later(ordinal: number, start: number, length: number): () => void
}

/**
 * Finds the identifiers of one shape. It emits each once, in the first call that shows where it ends.
 */
export type Finder = {
  /**
   * Looks at what is new before `to`. `final`: the content ends at `to`. Returns where the tail begins that it still
   * needs, at most `longestTail` bytes.
   */
  scan(to: number, final: boolean): number
  /** The block's first `count` bytes, still in place, are about to be dropped and the rest moved to the front. */
  shift(count: number): void
}

/** Hexadecimal digits of the longest digest. */
const longestDigest = 128

/**
 * A bound of what any finder needs of the bytes before: an address's local part and domain, a grouped UUID or a digest, with
 * the escape that it may stand behind and one that begins the run, and what may stand behind it, of an address on either side of the `@` it is in front of.
 */
export function longestTail(shapes: readonly { lengths: readonly number[] }[]): number {
  let tail = tails.get(shapes)
  if (tail === undefined) {
    const longest = Math.max(longestDigest, 2 * Math.max(...shapes.flatMap(({ lengths }) => lengths)))
    tail = longest + 2 * longestEscape + 2 * mostBehind + 1
    tails.set(shapes, tail)
  }
  return tail
}

/** Each content that is scanned asks for it. */
const tails = new WeakMap<readonly object[], number>()
