import { digits } from '../../finders/alphabets.ts'
import { createProbe } from '../../finders/probe.ts'
import type { Form, FormFinder, FormTools } from '../form.ts'
import { inexactFrom, lossyNumber } from './lossy-number.ts'
import { behindEscapes, createNumberFinder, lengthsOf } from './number-finder.ts'
import { viewOf } from './plain-digits.ts'

/** Digits that a spreadsheet keeps of a number, and a double for certain; zeros are in place of the others. */
const keptDigits = 15
const zero = 0x30
const nine = 0x39

/** Whole numbers from the first to the last, both included. */
type Span = readonly [first: bigint, last: bigint]

/** The numbers that may have become this one, in a double or where only fifteen digits are kept. */
function spansOf(text: string): Span[] {
  const value = BigInt(text)
  const double = Number(text)
  const spans: Span[] = []
  if (double > Number.MAX_SAFE_INTEGER && (String(double) === text || BigInt(double) === value))
    spans.push([(BigInt(double) + neighbour(double, -1n)) / 2n, (BigInt(double) + neighbour(double, 1n)) / 2n])
  const lost = text.length - keptDigits
  if (text.endsWith('0'.repeat(lost)))
    spans.push([value - 5n * 10n ** BigInt(lost - 1), value + 10n ** BigInt(lost) - 1n])
  return spans
}

/** Powers of ten divide by as many twos: so many digits at the end tell which of so many powers of two divide the number. */
const toldDigits = 9
/** More than what adding up digits in a double can be wrong by. */
const almostOne = 1 - 2 ** -40

/**
 * Whether there may be spans for the digits [start, end), told without large numbers. What a double is printed as is the number itself, which the
 * distance of doubles there divides, or has seventeen digits and zeros behind them or fewer; a spreadsheet leaves more zeros.
 */
function mayHaveSpans(bytes: Uint8Array, start: number, end: number): boolean {
  let value = 0
  for (let at = start; at < end; at++) value = value * 10 + bytes[at]! - zero
  let last = 0
  for (let at = end - toldDigits; at < end; at++) last = last * 10 + bytes[at]! - zero
  asDouble[0] = value * almostOne
  const twos = Number(halves[1]! >>> 20) - 1023 - 52
  if (twos >= 0 && (last & ((1 << Math.min(twos, toldDigits)) - 1)) === 0) return true
  let zeros = 0
  while (bytes[end - 1 - zeros] === zero) zeros++
  return zeros > 0 && zeros >= end - start - 17
}

const bits = new BigUint64Array(1)
const asDouble = new Float64Array(bits.buffer)
const halves = new Uint32Array(bits.buffer)

/** The next double, up or down, which is a whole number. */
function neighbour(double: number, step: bigint): bigint {
  asDouble[0] = double
  bits[0] = bits[0]! + step
  return BigInt(asDouble[0]!)
}

/** Numbers that are looked up for one that is written: all for twenty digits. Of a longer one it is not known whose it was, so it may be anybody's. */
const mostLookedUp = 2n ** 18n

const mostKnown = 4096

/** Reports a number whose digits may be those of an identifier of the index that was rounded: whose it was is gone. */
function createRounded(tools: FormTools): FormFinder | undefined {
  const lengths = lengthsOf(tools)?.filter((length) => length >= inexactFrom)
  if (lengths === undefined || lengths.length === 0) return undefined
  const shortest = Math.min(...lengths)
  // Rounding up may add a digit.
  const longest = Math.max(...lengths) + 1
  const candidate = new Uint8Array(longest)
  const probe = createProbe(tools.index, 'decimal', { bytes: candidate, view: viewOf(candidate) })
  /** What was said of numbers, which come again. */
  const known = new Map<string, boolean>()

  function mayBeOne(text: string): boolean {
    const before = known.get(text)
    if (before !== undefined) return before
    if (known.size === mostKnown) known.clear()
    const may = spansOf(text).some((span) => holdsOne(span, text))
    known.set(text, may)
    return may
  }

  /** Whether the index has a number of the span other than the one that is written, which is found as it is. */
  function holdsOne([first, last]: Span, text: string): boolean {
    if (last - first >= mostLookedUp) return true
    const written = Number(BigInt(text) - first)
    let length = write(candidate, String(first))
    for (let at = 0, count = Number(last - first); at <= count; at++) {
      if (at !== written && lengths!.includes(length) && probe(0, length) !== -1) return true
      length = increment(candidate, length)
    }
    return false
  }

  return createNumberFinder(
    'rounded',
    digits,
    shortest,
    behindEscapes(({ bytes, buffer }, start, end, report) => {
      if (end - start < shortest || end - start > longest || bytes[start] === zero) return
      if (mayHaveSpans(bytes, start, end) && mayBeOne(buffer.toString('latin1', start, end)))
        report(lossyNumber, start, end, rounded.name)
    }),
  )
}

/** Writes a number's digits; those that there is no room for are none of an identifier. Returns how many there are. */
function write(number: Uint8Array, text: string): number {
  for (let at = 0; at < text.length; at++) number[at] = text.charCodeAt(at)
  return text.length
}

/** Adds one to the number in the first `length` bytes; returns its length. */
function increment(number: Uint8Array, length: number): number {
  let at = length - 1
  while (at >= 0 && number[at] === nine) number[at--] = zero
  if (at >= 0) {
    number[at]!++
    return length
  }
  number.copyWithin(1, 0, length)
  number[0] = zero + 1
  return length + 1
}

export const rounded: Form = {
  name: 'rounded',
  summary: 'as whole numbers of which a double or a spreadsheet has changed the last digits',
  nests: true,
  isCostly: true,
  finder: createRounded,
  // Nobody is found by it: what it sees makes a content unverified.
  spell: () => [],
}
