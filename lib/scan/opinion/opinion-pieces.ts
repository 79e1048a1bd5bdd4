import { hash } from 'node:crypto'
import type { Sink } from '../../decode/sink.ts'
import { separators } from '../finders/separators.ts'

/**
 * How far an opinion goes. `passed`: decoded bytes, and stored ones, after which it is formed; `contents`: the same of
 * contents. Of these the first bytes are looked at `closely`, then pieces of `piece` bytes that are the farther apart the farther in they
 * are: about three MiB in all. A piece without a separator in `held` bytes ends there, and its last `margin` bytes may go on, so they do
 * not count.
 */
export const opinionLimits = {
  passed: 64 << 20,
  contents: 10_000,
  closely: 256 << 10,
  piece: 64 << 10,
  held: 1 << 20,
  margin: 4096,
}

/** Not an error: thrown by a sink to end the reading. */
export class Formed extends Error {
  override readonly name = 'Formed'
}

export type Pace = ReturnType<typeof createPace>
export type Limits = typeof opinionLimits

/** How much is passed over before the next piece, and when it is enough. */
export function createPace(seed: Uint8Array, limits: Limits) {
  let passed = 0
  let looked = 0
  let skipped = 0
  let drawn = 0
  return {
    /** Counts decoded bytes; returns how many of them are not looked at. */
    pass(length: number): number {
      passed += length
      if (passed > limits.passed) throw new Formed()
      const skipping = Math.min(skipped, length)
      skipped -= skipping
      return skipping
    },
    looked(length: number): void {
      looked += length
      if (looked < limits.closely) return
      const random = hash('sha256', Buffer.concat([seed, Buffer.of(drawn >> 8, drawn & 255)]), 'buffer').readUInt32BE(0)
      drawn++
      skipped = Math.floor((random / 2 ** 32) * (passed / 4))
    },
  }
}

export function passing(pace: Pace): Sink {
  return {
    write(bytes) {
      pace.pass(bytes.length)
    },
    end() {},
  }
}

/** Cuts a content into pieces behind separators, of which the pace passes over some. */
export function piecesOf(
  pace: Pace,
  limits: Limits,
  look: (from: number, piece: Uint8Array, counted: number) => void,
): Sink {
  let parts: Uint8Array[] = []
  /** Bytes of the parts, and how many of them are before what follows the last separator. */
  let held = 0
  let whole = 0
  /** Where they begin in the content. */
  let from = 0
  /** At a place where a piece may begin, which is behind a separator and at the very beginning; otherwise nothing is held. */
  let isAtStart = true

  function hold(bytes: Uint8Array): void {
    const last = bytes.findLastIndex(isSeparator)
    if (last !== -1) whole = held + last + 1
    parts.push(Uint8Array.from(bytes))
    held += bytes.length
  }
  /** Looks at what is held up to `length`, of which `counted` bytes count, and forgets it. */
  function lookAt(length: number, counted = length): void {
    const bytes = Buffer.concat(parts)
    parts = []
    held = 0
    whole = 0
    if (length > 0) look(from, bytes.subarray(0, length), counted)
    from += length
    hold(bytes.subarray(length))
  }
  function passOver(length: number): void {
    from += held + length
    parts = []
    held = 0
    whole = 0
    isAtStart = false
  }
  function take(bytes: Uint8Array): void {
    const skipped = pace.pass(bytes.length)
    if (skipped > 0) {
      // What is held goes on in what is passed over: it ends at its last separator.
      lookAt(whole)
      passOver(skipped)
    }
    let rest = bytes.subarray(skipped)
    if (!isAtStart) {
      const start = rest.findIndex(isSeparator) + 1
      if (start === 0) {
        passOver(rest.length)
        return
      }
      isAtStart = true
      from += start
      rest = rest.subarray(start)
    }
    hold(rest)
    if (held < limits.piece) return
    if (whole > 0) lookAt(whole)
    else if (held > limits.held) {
      lookAt(held, Math.max(0, held - limits.margin))
      passOver(0)
    }
  }
  return {
    // In pieces, since what is held is looked at as a whole.
    write(bytes) {
      for (let at = 0; at < bytes.length; at += limits.piece) take(bytes.subarray(at, at + limits.piece))
    },
    end() {
      if (isAtStart) lookAt(held)
    },
  }
}

const isSeparator = (byte: number) => separators[byte] === 1
