import {
  domainCharacters,
  lengthTable,
  localCharacters,
  localEscapeSigns,
  localSpecials,
  localTrimmed,
  trimmedCharacters,
} from './alphabets.ts'
import type { SignSource } from './collect-signs.ts'
import { bounceAddressOf, guestMark, guestSignOf, mostBehind, otherEnds, senderAddressOf } from './domain-ends.ts'
import { endsEscape, longestEscape, mayGlue } from './escapes.ts'
import type { Block, Emit, Finder } from './finder.ts'
import { createHeldRun } from './held-run.ts'
import type { Probe } from './probe.ts'

/**
 * Finds e-mail addresses from their `@`. The domain is the run to the right without `.` and `-` at its end. The local
 * part is the run to the left; since some of its characters may as well quote the address (`email='bob@x.org'`,
 * `?to=bob@x.org`), every rest of the run that begins right after such a character, an escape, points or hyphens (`write to...bob@x.org`, `me--bob@x.org`) is tried too. `.`, `%`,
 * `+` and `-` at the beginning of either do not belong to it, and `_` there may be markup. Where a domain may have ended before: see `domain-ends.ts`.
 * `guest`: 256 bytes into which addresses are put that have another sign for their `@`, of guests and in the local part of others, where its probe looks.
 */
export function createEmailFinder(
  { bytes }: Block,
  signs: SignSource,
  lengths: readonly number[],
  probe: Probe,
  emit: Emit,
  guest: { bytes: Uint8Array; probe: Probe },
): Finder {
  const maxLength = Math.max(...lengths)
  const allowed = lengthTable(lengths)
  const held = createHeldRun(domainCharacters)
  /** No `@` before this is undecided. */
  let resume = 0
  /** From here on, enough of the block is known to tell an escape. */
  let origin = 0
  /** Whether a local part that begins before the origin goes on behind it, past any place where one may begin. */
  let isInside = false

  /** Whether a local part that begins behind this byte does so because one may begin at it. */
  const mayPrecede = (byte: number) => byte === underscore || (localTrimmed[byte] !== 0 && localSpecials[byte] === 0)

  /** Whether a second point or hyphen in a row is here. */
  const isSecond = (at: number) => at > 0 && bytes[at - 1] === bytes[at] && (bytes[at] === dot || bytes[at] === hyphen)

  /** Whether a local part may begin at `position`, or did, and had nothing but characters that do not belong to it. */
  function mayBegin(position: number): boolean {
    let before = position - 1
    while (before >= origin && mayPrecede(bytes[before]!)) if (isSecond(before--)) return true
    if (before < origin) return !isInside
    const byte = bytes[before]!
    return localCharacters[byte] === 0 || localSpecials[byte] !== 0 || endsEscape(bytes, before + 1)
  }

  /** Calls `found` for every address around the sign that is in the index. `isInner`: which stands in another one, where it may begin behind a hyphen as well. */
  function look(
    sign: number,
    domainEnd: number,
    found: (ordinal: number, start: number, length: number) => void,
    probeAt = probe,
    isInner = false,
  ): void {
    const earliest = Math.max(0, domainEnd - maxLength)
    let start = sign
    let hasSigns = false
    while (start > earliest && localCharacters[bytes[start - 1]!] !== 0) {
      start--
      if (localEscapeSigns[bytes[start]!] !== 0) hasSigns = true
    }
    const last = start === 0 ? undefined : bytes[start - 1]!
    // An escape begins in the local part or before it: most have none.
    const mayEscape = hasSigns || (last !== undefined && (mayGlue[last] !== 0 || localCharacters[last] !== 0))
    let begins = mayBegin(start)
    for (; start < sign; start++) {
      const byte = bytes[start]!
      if (localTrimmed[byte] !== 0) {
        begins ||= localSpecials[byte] !== 0 || isSecond(start)
        continue
      }
      if ((begins || (isInner && bytes[start - 1] === hyphen)) && allowed[domainEnd - start] !== 0) {
        const ordinal = probeAt(start, domainEnd)
        if (ordinal !== -1) found(ordinal, start, domainEnd - start)
      }
      begins =
        localSpecials[byte] !== 0 || (begins && byte === underscore) || (mayEscape && endsEscape(bytes, start + 1))
    }
  }

  /** What may be in the index beside the address as it stands, of a run of the domain's characters that is not much longer than an identifier. */
  function lookFurther(sign: number, domainEnd: number): void {
    for (const end of otherEnds(bytes, sign, domainEnd)) look(sign, end, emit.now)
    const guestSign = guestSignOf(bytes, sign)
    if (guestSign !== -1) look(guestSign, sign - guestMark, emit.now, probeWithSign(guestSign))
    const bounce = bounceAddressOf(bytes, sign, maxLength)
    if (bounce !== undefined) look(bounce.sign, bounce.end, emit.now, probeWithSign(bounce.sign), true)
    const sender = senderAddressOf(bytes, sign, maxLength)
    if (sender !== undefined) lookTurned(sender.start, sender.sign, sender.end)
  }

  /** A probe for addresses that have another character in the place of their `@`. */
  function probeWithSign(place: number): Probe {
    return (start, end) => {
      guest.bytes.set(bytes.subarray(start, end))
      guest.bytes[place - start] = atSign
      return guest.probe(0, end - start)
    }
  }

  /** The domain stands before the sign, and the local part behind it. */
  function lookTurned(start: number, sign: number, end: number): void {
    if (allowed[end - start] === 0) return
    guest.bytes.set(bytes.subarray(sign + 1, end))
    guest.bytes[end - sign - 1] = atSign
    guest.bytes.set(bytes.subarray(start, sign), end - sign)
    const ordinal = guest.probe(0, end - start)
    if (ordinal !== -1) emit.now(ordinal, start, end - start)
  }

  /** Where the local part that is not complete at `to` begins, as far as an identifier could reach back. */
  function tailFrom(to: number): number {
    const earliest = Math.max(0, to - maxLength - mostBehind)
    let start = to
    while (start > earliest && localCharacters[bytes[start - 1]!] !== 0) start--
    return start
  }

  return {
    scan(to, final) {
      if (held.isOpen()) resume = held.resume(bytes, resume, to, final)
      signs.collect(resume, to, final)
      for (let place = 0; place < signs.count; place++) {
        const sign = signs.places[place]!
        let runEnd = sign + 1
        while (runEnd < to && domainCharacters[bytes[runEnd]!] !== 0) runEnd++
        const isOpen = runEnd === to && !final
        if (isOpen && to - sign <= maxLength + mostBehind) {
          resume = sign
          return Math.max(0, sign - maxLength - mostBehind - longestEscape)
        }
        let domainEnd = runEnd
        while (domainEnd > sign + 1 && trimmedCharacters[bytes[domainEnd - 1]!] !== 0) domainEnd--
        if (isOpen) {
          const waiting: (() => void)[] = []
          look(sign, domainEnd, (...token) => waiting.push(emit.later(...token)))
          held.open(waiting)
        } else {
          look(sign, domainEnd, emit.now)
          if (runEnd - sign <= maxLength + mostBehind) lookFurther(sign, domainEnd)
        }
      }
      resume = to
      return Math.max(0, tailFrom(to) - longestEscape)
    },
    shift(count) {
      if (count === 0) return
      isInside = !mayBegin(count + longestEscape)
      origin = longestEscape
      resume -= count
    },
  }
}

const underscore = 0x5f
const dot = 0x2e
const hyphen = 0x2d
const atSign = 0x40
