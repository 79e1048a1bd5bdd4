import { type Digits, writeUnsigned } from '../../decode/columnar/decimal-digits.ts'
import { lengthTable } from '../finders/alphabets.ts'
import { createProbe } from '../finders/probe.ts'
import type { Form, FormFinder, FormTools, Region, Report } from './form.ts'
import { lengthsOf } from './numbers/number-finder.ts'
import { viewOf } from './numbers/plain-digits.ts'
import { listOf } from './spots.ts'

/**
 * Shorter numbers are not looked for: times in microseconds, addresses of memory, offsets and counters have up to sixteen digits, and doubles keep no
 * more. Varints of these have 8 to 10 bytes.
 */
const leastDigits = 17
const mostValue = 2n ** 64n - 1n
const integerBytes = 8
const mostVarint = 10

/**
 * Bytes that no text in UTF-8 has. One of them is so near, before where a number begins or behind that, or it is not looked up: text of all scripts is passed over, and in
 * records such are everywhere.
 */
export const inNoText = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte < 0x20 && (byte < 9 || byte > 13)) || byte === 0x7f || byte === 0xc0 || byte === 0xc1 || byte > 0xf4 ? 1 : 0,
)
const nearBefore = 48
const nearBehind = 32

/** What numbers of these lengths are worth, of those that are looked for; undefined: none is. */
export function integerBounds(tools: FormTools): { least: bigint; most: bigint } | undefined {
  const lengths = soughtOf(tools)
  if (lengths.length === 0) return undefined
  const most = 10n ** BigInt(Math.max(...lengths)) - 1n
  return { least: 10n ** BigInt(Math.min(...lengths) - 1), most: most < mostValue ? most : mostValue }
}

const soughtOf = (tools: FormTools) =>
  (lengthsOf(tools) ?? []).filter((length) => length >= leastDigits && length <= String(mostValue).length)

function isNear({ bytes, to }: Region, start: number): boolean {
  for (let at = Math.max(0, start - nearBefore); at < Math.min(to, start + nearBehind); at++)
    if (inNoText[bytes[at]!] === 1) return true
  return false
}

function createBinaryInteger(tools: FormTools): FormFinder | undefined {
  const bounds = integerBounds(tools)
  if (bounds === undefined) return undefined
  const [leastHigh, mostHigh] = [bounds.least, bounds.most].map((bound) => Number(bound >> 32n)) as [number, number]
  const allowed = lengthTable(soughtOf(tools))
  const bytes = new Uint8Array(32)
  const digits: Digits = { buffer: bytes, view: viewOf(bytes) }
  const probe = createProbe(tools.index, 'decimal', { bytes, view: digits.view })

  function lookUp(high: number, low: number, start: number, end: number, report: Report): void {
    if (high < leastHigh || high > mostHigh) return
    const length = writeUnsigned(digits, 0, high, low)
    if (allowed[length] === 0) return
    const ordinal = probe(0, length)
    if (ordinal !== -1) report(ordinal, start, end, binaryInteger.name)
  }

  function lookAtVarint({ bytes, to }: Region, start: number, report: Report): void {
    let low = 0
    let high = 0
    for (let at = 0; at < mostVarint && start + at < to; at++) {
      const byte = bytes[start + at]!
      const bits = byte & 0x7f
      if (at < 5) low |= bits << (7 * at)
      if (at === 4) high = bits >>> 4
      if (at > 4) high |= bits << (7 * at - 32)
      if (byte > 0x7f) continue
      const end = start + at + 1
      if (end - start < integerBytes || (end - start === mostVarint && bits > 1)) return
      lookUp(high >>> 0, low >>> 0, start, end, report)
      if ((low & 1) === 0) lookUp(high >>> 1, ((low >>> 1) | (high << 31)) >>> 0, start, end, report)
      return
    }
  }

  function look(region: Region, start: number, report: Report): void {
    const { buffer } = region
    const end = start + integerBytes
    lookUp(buffer.readUInt32LE(start + 4), buffer.readUInt32LE(start), start, end, report)
    const [high, low] = [buffer.readUInt32BE(start), buffer.readUInt32BE(start + 4)]
    lookUp(high, low, start, end, report)
    if (high >= signBit) lookUp(high - signBit, low, start, end, report)
    lookAtVarint(region, start, report)
  }

  return (region, report) => {
    const { bytes, to } = region
    const places = listOf(region, 'binary-integer')
    if (places !== undefined) {
      for (const place of places)
        if (place >= 0 && place <= to - integerBytes && isNear(region, place)) look(region, place, report)
      return
    }
    /** Where the first one begins that was not looked at. */
    let next = 0
    for (let at = 0; at < to; at++) {
      if (inNoText[bytes[at]!] === 0) continue
      const last = Math.min(at + nearBefore, to - integerBytes)
      for (next = Math.max(next, at + 1 - nearBehind); next <= last; next++) look(region, next, report)
    }
  }
}

const signBit = 0x80000000

/** Groups of seven bits, the lowest first. */
function varintOf(value: bigint): number[] {
  return value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...varintOf(value >> 7n)]
}

function spell(text: string): Buffer[] {
  const value = BigInt(text)
  if (text.length < leastDigits || value > mostValue || String(value) !== text) return []
  const isSigned = value < 2n ** 63n
  const little = Buffer.alloc(integerBytes)
  little.writeBigUInt64LE(value)
  const big = Buffer.alloc(integerBytes)
  big.writeBigUInt64BE(value)
  const flipped = Buffer.from(big)
  flipped[0]! ^= 0x80
  const varints = [varintOf(value), ...(isSigned ? [varintOf(2n * value)] : [])]
  // As fields of protobuf: what is right before them is no text.
  return [
    ...[little, big, ...(isSigned ? [flipped] : [])].map((bytes) => Buffer.from([0x11, ...bytes])),
    ...varints.map((bytes) => Buffer.from([0x10, ...bytes])),
  ]
}

export const binaryInteger: Form = {
  name: 'binary-integer',
  summary:
    'numbers of 17 to 20 digits as integers of 64 bits: in 8 bytes in either order, also with the sign turned, and in varints, plain and zigzag',
  nests: false,
  isCostly: true,
  finder: createBinaryInteger,
  spell: (text, shape) => (shape === 'decimal' ? spell(text) : []),
}
