import type { HashedIndex } from '../../subject-index/open-hashed.ts'
import { alphanumeric, code64, hexDigits } from './alphabets.ts'
import { base64Values, hexValues } from './code-values.ts'
import { createRunSource, type RunSource } from './collect-runs.ts'
import { endsEscape, longestEscape } from './escapes.ts'
import type { Block, Emit, Finder } from './finder.ts'
import type { Probe } from './probe.ts'
import { createRunFinder } from './run-finder.ts'
import { lastGroup } from './sources.ts'
import { createUuidFinder } from './uuid-finder.ts'

/** Bytes of a digest that is also written in groups, as a UUID. */
const groupedBytes = 16
const mostBytes = 64

/** Digits that a digest of so many bytes has, and characters without padding. */
export const hexLength = (bytes: number): number => 2 * bytes
export const base64Length = (bytes: number): number => Math.ceil((bytes * 8) / 6)

/**
 * Finds digests that stand for identifiers (hashed forms), whole ones only: as hexadecimal digits of either case, those of 16 bytes also
 * grouped like a UUID, and in base64 of either alphabet, with padding or without.
 */
export function createDigestFinders(hashed: HashedIndex, block: Block, emit: Emit): Finder[] {
  const digest = new Uint8Array(mostBytes)
  let form = ''
  /** What was looked up last is what is emitted next. */
  const named: Emit = {
    now: (ordinal, start, length) => emit.now(ordinal, start, length, form),
    later: emit.later,
  }
  const ordinalOf = (length: number): number => {
    const found = hashed.find(digest.subarray(0, length))
    form = found?.form ?? ''
    return found?.ordinal ?? -1
  }
  const hexProbe =
    (bytes: Uint8Array): Probe =>
    (start, end) => {
      for (let at = start; at < end; at += 2)
        digest[(at - start) >> 1] = (hexValues[bytes[at]!]! << 4) | hexValues[bytes[at + 1]!]!
      return ordinalOf((end - start) / 2)
    }
  const { bytes } = block
  const finders: Finder[] = []
  if (hashed.lengths.includes(groupedBytes)) {
    const plain = new Uint8Array(hexLength(groupedBytes))
    const probe = hexProbe(plain)
    const runs = createRunSource(bytes, hexDigits, lastGroup)
    finders.push(createUuidFinder(block, runs, plain, { plain: probe, grouped: probe }, named))
  }
  const longer = hashed.lengths.filter((length) => length !== groupedBytes).map(hexLength)
  if (longer.length > 0)
    finders.push(
      createRunFinder(block, createRunSource(bytes, hexDigits, Math.min(...longer)), longer, hexProbe(bytes), named),
    )
  const base64Probe: Probe = (start, end) => {
    for (let at = start, bits = 0, held = 0, to = 0; at < end; at++) {
      held = ((held << 6) | base64Values[bytes[at]!]!) & 0xffff
      bits += 6
      if (bits < 8) continue
      bits -= 8
      digest[to++] = held >> bits
    }
    return ordinalOf(Math.floor(((end - start) * 6) / 8))
  }
  const lengths = hashed.lengths.map(base64Length)
  const runs = createRunSource(bytes, code64, Math.min(...lengths))
  finders.push(createBase64Finder(block, runs, lengths, base64Probe, named))
  return finders
}

/** Bits of the last character that stand for nothing: zeros, as RFC 4648, section 3.5, has them. */
const spareBits = (length: number) => (1 << ((6 * length) % 8)) - 1

/** Whether a text of base64 from `offset` may begin there, in a run of base64 that begins at `from`. */
const mayBegin = (bytes: Uint8Array, start: number, from: number): boolean =>
  start === 0 || alphanumeric[bytes[start - 1]!] === 0 || (start - from <= longestEscape && endsEscape(bytes, start))

/** Whether what is `length` characters of base64, in a run of it that begins at `from`, is a digest if its length is one's. */
export function isBase64Digest(
  bytes: Uint8Array,
  { offset, length, from }: { offset: number; length: number; from: number },
): boolean {
  const end = offset + length
  return (
    mayBegin(bytes, offset, from) &&
    (base64Values[bytes[end - 1]!]! & spareBits(length)) === 0 &&
    (end === bytes.length || alphanumeric[bytes[end]!] === 0)
  )
}

/**
 * Finds texts of these lengths in base64 between letters and digits: `+`, `/`, `-` and `_` may be of the text or stand beside it
 * (`sha256-…`, `/…/`), so both is tried. What is neither of a digest's length nor one is nothing by chance.
 */
function createBase64Finder(
  { bytes }: Block,
  runs: RunSource,
  lengths: readonly number[],
  probe: Probe,
  emit: Emit,
): Finder {
  const shortest = Math.min(...lengths)
  const longest = Math.max(...lengths)
  let resume = 0
  /** Texts that end before this, or there, were looked at. */
  let decided = 0

  /** Looks at texts in [from, end), all of it in base64, that end before `to`, or there if what is behind is known. */
  function look(from: number, end: number, isKnown: boolean): void {
    for (let start = from; start <= end - shortest; start++) {
      if (!mayBegin(bytes, start, from)) continue
      for (const length of lengths) {
        const last = start + length
        if ((base64Values[bytes[last - 1]!]! & spareBits(length)) !== 0) continue
        if (last <= decided || last > end || (last === end ? !isKnown : alphanumeric[bytes[last]!] === 1)) continue
        const ordinal = probe(start, last)
        if (ordinal !== -1) emit.now(ordinal, start, length)
      }
    }
  }

  return {
    scan(to, final) {
      runs.collect(resume, to, final)
      for (let run = 0; run < runs.count; run++) look(runs.starts[run]!, runs.ends[run]!, true)
      // A run that goes on is looked at as far as it is known, since it may be of any length.
      if (to - runs.resume >= shortest) look(runs.resume, to, final)
      decided = final ? to : to - 1
      resume = Math.max(runs.resume, to - (longestEscape + longest + 1))
      return Math.max(0, resume - longestEscape)
    },
    shift(count) {
      resume -= count
      decided -= count
    },
  }
}
