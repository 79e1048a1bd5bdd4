import { bzip2Crc } from '../../../decode/compression/bzip2/bzip2-runs.ts'

/** So small that sorting is quick, and that what is planted lies across blocks as well. */
const blockLength = 300
const magic = { block: [0x314159, 0x265359], end: [0x177245, 0x385090] } as const

/** A bzip2 file of many small blocks, whose codes all have the same length. */
export function writeBzip2(content: Uint8Array): Uint8Array {
  const bits = bitWriter(content.length * 2 + 64)
  for (const byte of Buffer.from('BZh1')) bits.write(byte, 8)
  let combined = 0
  for (let at = 0; at < content.length; at += blockLength) {
    const block = content.subarray(at, at + blockLength)
    const checksum = ~bzip2Crc(block, -1)
    combined = ((combined << 1) | (combined >>> 31)) ^ checksum
    for (const half of magic.block) bits.write(half, 24)
    writeChecksum(bits, checksum)
    writeBlock(bits, withRuns(block))
  }
  for (const half of magic.end) bits.write(half, 24)
  writeChecksum(bits, combined)
  return bits.bytes()
}

type BitWriter = { write(value: number, count: number): void; bytes(): Uint8Array }

function bitWriter(size: number): BitWriter {
  let bytes = Buffer.alloc(size)
  let at = 0
  let held = 0
  let heldBits = 0
  return {
    write(value, count) {
      held = (held << count) | value
      for (heldBits += count; heldBits >= 8; heldBits -= 8) {
        if (at === bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)])
        bytes[at++] = held >>> (heldBits - 8)
      }
    },
    bytes: () => Buffer.concat([bytes.subarray(0, at), Buffer.from(heldBits > 0 ? [held << (8 - heldBits)] : [])]),
  }
}

function writeChecksum(bits: BitWriter, checksum: number): void {
  bits.write(checksum >>> 16, 16)
  bits.write(checksum & 0xffff, 16)
}

/** After four equal bytes comes how many more of them there are. */
function withRuns(bytes: Uint8Array): number[] {
  const written: number[] = []
  for (let at = 0; at < bytes.length; ) {
    let count = 1
    while (count < 255 && bytes[at + count] === bytes[at]) count += 1
    for (let index = 0; index < Math.min(count, 4); index++) written.push(bytes[at]!)
    if (count >= 4) written.push(count - 4)
    at += count
  }
  return written
}

function writeBlock(bits: BitWriter, bytes: readonly number[]): void {
  const { last, origin } = sortRotations(bytes)
  bits.write(0, 1)
  bits.write(origin, 24)
  const used = [...new Set(bytes)].sort((a, b) => a - b)
  writeUsed(bits, used)
  const symbols = toFront(last, used)
  const count = used.length + 2
  const width = Math.max(2, Math.ceil(Math.log2(count)))
  bits.write(2, 3)
  const groups = Math.ceil(symbols.length / 50)
  bits.write(groups, 15)
  // Each group has the first of two equal codes.
  for (let group = 0; group < groups; group++) bits.write(0, 1)
  for (let code = 0; code < 2; code++) {
    bits.write(width, 5)
    for (let symbol = 0; symbol < count; symbol++) bits.write(0, 1)
  }
  for (const symbol of symbols) bits.write(symbol, width)
}

/** The last column of all sorted rotations, and where the text itself is among them. */
function sortRotations(bytes: readonly number[]): { last: number[]; origin: number } {
  const twice = Buffer.from([...bytes, ...bytes])
  const { length } = bytes
  const starts = Uint32Array.from(bytes, (_, index) => index)
  // The first bytes decide nearly always, and numbers are compared much faster.
  const begins = Float64Array.from(bytes, (_, index) => (length < 6 ? 0 : twice.readUIntBE(index, 6)))
  starts.sort((a, b) => begins[a]! - begins[b]! || twice.compare(twice, b, b + length, a, a + length) || a - b)
  return { last: Array.from(starts, (start) => twice[start + length - 1]!), origin: starts.indexOf(0) }
}

function writeUsed(bits: BitWriter, used: readonly number[]): void {
  const ranges = [...Array(16).keys()]
  const has = (range: number) => used.some((byte) => byte >> 4 === range)
  for (const range of ranges) bits.write(has(range) ? 1 : 0, 1)
  for (const range of ranges.filter(has))
    for (let index = 0; index < 16; index++) bits.write(used.includes(range * 16 + index) ? 1 : 0, 1)
}

/** Places of bytes in a list whose used ones move to its front; runs of place 0 are written as digits 1 and 2 of base 2. */
function toFront(bytes: readonly number[], used: readonly number[]): number[] {
  const order = [...used]
  const symbols: number[] = []
  let run = 0
  const endRun = () => {
    for (; run > 0; run = (run - 1) >> 1) symbols.push((run - 1) & 1)
  }
  for (const byte of bytes) {
    const place = order.indexOf(byte)
    if (place === 0) {
      run += 1
      continue
    }
    endRun()
    order.splice(place, 1)
    order.unshift(byte)
    symbols.push(place + 1)
  }
  endRun()
  symbols.push(used.length + 1)
  return symbols
}
