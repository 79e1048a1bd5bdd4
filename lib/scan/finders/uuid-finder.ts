import { hexDigits } from './alphabets.ts'
import type { RunSource } from './collect-runs.ts'
import { endsEscape, longestEscape } from './escapes.ts'
import type { Block, Emit, Finder } from './finder.ts'
import type { Probe } from './probe.ts'
import { lastGroup } from './sources.ts'
import { allOrders } from './stored-uuid.ts'
import { uuidHyphens } from './written-uuid.ts'

const plainLength = 32
/** Where each digit of a UUID is among digits of what is stored in another order, as programs print it. */
const otherOrders = allOrders.slice(1).map((order) => order.flatMap((at) => [2 * at, 2 * at + 1]))
const hyphen = 0x2d
/** In place of hyphens, where names may have none: schemas, tables, folders. */
const underscore = 0x5f
/** Bytes of `8-4-4-4-` before the last group, and the one before them. */
const before = 24

/**
 * Finds UUIDs: a run of 32 hexadecimal digits, in the order of RFC 9562 or in one that the 16 bytes are stored in, or of 12 that ends `8-4-4-4-12` or `8_4_4_4_12`; the first
 * may begin behind an escape that the run begins with. The digits are put into `plain`, where the probe for its spelling looks.
 */
export function createUuidFinder(
  { bytes }: Block,
  runs: RunSource,
  plain: Uint8Array,
  probes: { plain: Probe; grouped: Probe },
  emit: Emit,
): Finder {
  let resume = 0

  function look(start: number, length: number): void {
    let digits = 0
    for (let at = 0; at < length; at++) {
      const byte = bytes[start + at]!
      if (hexDigits[byte] !== 0) plain[digits++] = byte
    }
    const ordinal = (length === plainLength ? probes.plain : probes.grouped)(0, plainLength)
    if (ordinal !== -1) emit.now(ordinal, start, length)
    if (length === plainLength) lookStored(start, ordinal)
  }

  /** `known`: what the digits are as they stand. */
  function lookStored(start: number, known: number): void {
    const found = [known]
    for (const order of otherOrders) {
      for (let at = 0; at < plainLength; at++) plain[at] = bytes[start + order[at]!]!
      const ordinal = probes.plain(0, plainLength)
      if (ordinal !== -1 && !found.includes(ordinal)) {
        emit.now(ordinal, start, plainLength)
        found.push(ordinal)
      }
    }
  }

  /** Whether `8-4-4-4-` stands at `start`. Whatever is before it (`file550e8400-…`): of so many digits in their groups none agree by chance. */
  function isGrouped(start: number): boolean {
    if (start < 0) return false
    const sign = bytes[start + before - 1]
    if (sign !== hyphen && sign !== underscore) return false
    for (let at = 0; at < before; at++)
      if (uuidHyphens.includes(at) ? bytes[start + at] !== sign : hexDigits[bytes[start + at]!] === 0) return false
    return true
  }

  return {
    scan(to, final) {
      runs.collect(resume, to, final)
      for (let run = 0; run < runs.count; run++) {
        const start = runs.starts[run]!
        const length = runs.ends[run]! - start
        const glued = length - plainLength
        if (glued === 0) look(start, plainLength)
        else if (glued > 0 && glued <= longestEscape && endsEscape(bytes, start + glued))
          look(start + glued, plainLength)
        else if (length === lastGroup && isGrouped(start - before)) look(start - before, before + lastGroup)
      }
      // Of a run that is already too long, one byte more than an escape and 32 still shows that.
      resume = Math.max(runs.resume, to - (longestEscape + plainLength + 1))
      return Math.max(0, resume - before - longestEscape)
    },
    shift(count) {
      resume -= count
    },
  }
}
