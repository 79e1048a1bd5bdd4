import { corrupt } from '../column-fault.ts'
import type { Run } from './numbers.ts'
import { cut, readVarint, readZigzag, type StreamBytes } from './stream-bytes.ts'
import { unpack } from './unpack.ts'

/** Widths in bits by their codes: all from 1 to 24, then fewer. */
const wide = [26, 28, 30, 32, 40, 48, 56, 64]
const widthOf = (code: number) => (code < 24 ? code + 1 : wide[code - 24]!)

/** The next width that has a code. */
const paddedWidth = (bits: number) => (bits <= 24 ? bits : wide.find((width) => width >= bits))

/** Decodes one run of version 2 from bytes that are at hand. */
export function nextRun2(stream: StreamBytes, isSigned: boolean, run: Run): void {
  const { bytes, at } = stream
  const first = bytes[at]!
  const kind = first >>> 6
  if (kind === 0) {
    shortRepeat(stream, isSigned, run)
    return
  }
  const second = bytes[at + 1]
  if (second === undefined) throw cut()
  stream.at += 2
  const code = (first >>> 1) & 31
  const count = (((first & 1) << 8) | second) + 1
  if (kind === 1) direct(stream, isSigned, run, widthOf(code), count)
  else if (kind === 2) patchedBase(stream, run, widthOf(code), count)
  else delta(stream, isSigned, run, code === 0 ? 0 : widthOf(code), count)
}

/** One number, three to ten times. */
function shortRepeat(stream: StreamBytes, isSigned: boolean, run: Run): void {
  const { bytes } = stream
  const header = bytes[stream.at++]!
  const width = ((header >>> 3) & 7) + 1
  take(stream, width)
  unpack(bytes, stream.at - width, width * 8, 1, run.low, run.high)
  if (isSigned) unzigzag(run, 1)
  run.isList = false
  run.stepLow = 0
  run.stepHigh = 0
  run.count = (header & 7) + 3
}

/** All numbers in the same width. */
function direct(stream: StreamBytes, isSigned: boolean, run: Run, width: number, count: number): void {
  unpackNext(stream, width, count, run, 0)
  if (isSigned) unzigzag(run, count)
  run.isList = true
  run.count = count
}

/** The first number, what the second is more, and what each further one is more or less, by the sign of that. */
function delta(stream: StreamBytes, isSigned: boolean, run: Run, width: number, count: number): void {
  if (isSigned) readZigzag(stream)
  else readVarint(stream)
  const { low: firstLow, high: firstHigh } = stream
  readZigzag(stream)
  const { low: stepLow, high: stepHigh } = stream
  run.count = count
  run.stepLow = stepLow
  run.stepHigh = stepHigh
  run.isList = width > 0
  if (width > 0) {
    if (count < 2) throw corrupt('orc: expected a run of two numbers or more')
    unpackNext(stream, width, count - 2, run, 2)
    addUp(run, firstLow, firstHigh)
  }
  run.low[0] = firstLow
  run.high[0] = firstHigh
}

function addUp(run: Run, firstLow: number, firstHigh: number): void {
  const { low, high, count, stepLow, stepHigh } = run
  const isFalling = stepHigh < 0
  let sum = (firstLow >>> 0) + (stepLow >>> 0)
  let lower = sum >>> 0
  let upper = (firstHigh + stepHigh + (sum > 0xffffffff ? 1 : 0)) | 0
  low[1] = lower
  high[1] = upper
  for (let index = 2; index < count; index++) {
    const more = low[index]! >>> 0
    if (isFalling) {
      upper = (upper - high[index]! - (more > lower ? 1 : 0)) | 0
      lower = (lower - more) >>> 0
    } else {
      sum = lower + more
      lower = sum >>> 0
      upper = (upper + high[index]! + (sum > 0xffffffff ? 1 : 0)) | 0
    }
    low[index] = lower
    high[index] = upper
  }
}

const patchLow = new Int32Array(32)
const patchHigh = new Int32Array(32)

/** What each number is more than a base; higher bits of a few are in a list of patches. */
function patchedBase(stream: StreamBytes, run: Run, width: number, count: number): void {
  const { bytes } = stream
  const third = bytes[stream.at++]
  const fourth = bytes[stream.at++]
  if (third === undefined || fourth === undefined) throw cut()
  const baseBytes = (third >>> 5) + 1
  const patchWidth = widthOf(third & 31)
  const gapWidth = (fourth >>> 5) + 1
  const patches = fourth & 31
  const entryWidth = paddedWidth(patchWidth + gapWidth)
  if (patches === 0 || entryWidth === undefined || width + patchWidth > 64)
    throw corrupt('orc: expected patches that fit into their numbers')
  take(stream, baseBytes)
  const base = baseOf(bytes, stream.at - baseBytes, baseBytes)
  unpackNext(stream, width, count, run, 0)
  take(stream, Math.ceil((patches * entryWidth) / 8))
  unpack(bytes, stream.at - Math.ceil((patches * entryWidth) / 8), entryWidth, patches, patchLow, patchHigh)
  let place = 0
  for (let index = 0; index < patches; index++) {
    const entry = (BigInt.asUintN(32, BigInt(patchHigh[index]!)) << 32n) | BigInt(patchLow[index]! >>> 0)
    const patch = BigInt.asUintN(patchWidth, entry)
    place += Number(entry >> BigInt(patchWidth))
    if (place >= count) throw corrupt('orc: expected patches within their run')
    const higher = patch << BigInt(width)
    run.low[place] = run.low[place]! | Number(BigInt.asIntN(32, higher))
    run.high[place] = run.high[place]! | Number(BigInt.asIntN(32, higher >> 32n))
  }
  const { low, high } = run
  for (let index = 0; index < count; index++) {
    const sum = (low[index]! >>> 0) + (base.low >>> 0)
    low[index] = sum
    high[index] = (high[index]! + base.high + (sum > 0xffffffff ? 1 : 0)) | 0
  }
  run.isList = true
  run.count = count
}

/** Its highest bit is its sign, and the others its magnitude. */
function baseOf(bytes: Uint8Array, at: number, length: number): { low: number; high: number } {
  let value = 0n
  for (let index = 0; index < length; index++) value = (value << 8n) | BigInt(bytes[at + index]!)
  const sign = 1n << BigInt(length * 8 - 1)
  if ((value & sign) !== 0n) value = -(value & ~sign)
  return { low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)) }
}

function unpackNext(stream: StreamBytes, width: number, count: number, run: Run, to: number): void {
  const length = Math.ceil((count * width) / 8)
  take(stream, length)
  unpack(stream.bytes, stream.at - length, width, count, run.low, run.high, to)
}

function take(stream: StreamBytes, length: number): void {
  if (length > stream.bytes.length - stream.at) throw cut()
  stream.at += length
}

function unzigzag({ low, high }: Run, count: number): void {
  for (let index = 0; index < count; index++) {
    const lower = low[index]!
    const upper = high[index]!
    const sign = -(lower & 1)
    low[index] = ((lower >>> 1) | (upper << 31)) ^ sign
    high[index] = (upper >>> 1) ^ sign
  }
}
