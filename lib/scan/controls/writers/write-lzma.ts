import { crc32 } from 'node:zlib'

/** LZMA of literals alone, without matches, with lc 0, lp 0 and pb 0 unless said. */
function encodeLiterals(content: Uint8Array, { pb, lc, marker }: { pb: number; lc: number; marker: boolean }): Buffer {
  const coder = rangeEncoder(content.length * 2 + 64)
  const isMatch = new Uint16Array(16).fill(1024)
  const literals = new Uint16Array(0x300 << lc).fill(1024)
  const mask = (1 << pb) - 1
  let before = 0
  for (const [index, byte] of content.entries()) {
    coder.bit(isMatch, index & mask, 0)
    const base = 0x300 * (before >> (8 - lc))
    let symbol = 1
    for (let bit = 7; bit >= 0; bit--) {
      const value = (byte >> bit) & 1
      coder.bit(literals, base + symbol, value)
      symbol = (symbol << 1) | value
    }
    before = byte
  }
  if (marker) writeMarker(coder, isMatch, content.length & mask)
  return coder.end()
}

type RangeEncoder = {
  bit(models: Uint16Array, model: number, value: number): void
  direct(value: number, count: number): void
  end(): Buffer
}

/** The range encoder of the LZMA SDK: a byte waits until it is known whether it is carried into. */
function rangeEncoder(size: number): RangeEncoder {
  let bytes = Buffer.alloc(size)
  let at = 0
  let low = 0
  let range = 0xffffffff
  let cache = 0
  let waiting = 1
  const put = (byte: number) => {
    if (at === bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)])
    bytes[at++] = byte
  }
  const shift = () => {
    if (low < 0xff000000 || low >= 2 ** 32) {
      const carry = low >= 2 ** 32 ? 1 : 0
      for (; waiting > 0; waiting--) {
        put((cache + carry) & 0xff)
        cache = 0xff
      }
      cache = Math.floor(low / 2 ** 24) & 0xff
    }
    waiting += 1
    low = (low % 2 ** 24) * 2 ** 8
  }
  return {
    bit(models, model, value) {
      const probability = models[model]!
      const bound = (range >>> 11) * probability
      if (value === 0) {
        range = bound
        models[model] = probability + ((2048 - probability) >> 5)
      } else {
        low += bound
        range -= bound
        models[model] = probability - (probability >> 5)
      }
      while (range < 2 ** 24) {
        range *= 2 ** 8
        shift()
      }
    },
    direct(value, count) {
      for (let bit = count - 1; bit >= 0; bit--) {
        range >>>= 1
        if (((value >>> bit) & 1) === 1) low += range
        while (range < 2 ** 24) {
          range *= 2 ** 8
          shift()
        }
      }
    },
    end() {
      for (let count = 0; count < 5; count++) shift()
      return bytes.subarray(0, at)
    },
  }
}

/** A match of length 2 whose distance is 2^32: the end. */
function writeMarker(coder: RangeEncoder, isMatch: Uint16Array, posState: number): void {
  const fresh = () => new Uint16Array(64).fill(1024)
  coder.bit(isMatch, posState, 1)
  coder.bit(fresh(), 0, 0)
  coder.bit(fresh(), 0, 0)
  const length = fresh()
  for (const model of [1, 2, 4]) coder.bit(length, model, 0)
  const slots = fresh()
  for (let bit = 0, symbol = 1; bit < 6; bit++, symbol = (symbol << 1) | 1) coder.bit(slots, symbol, 1)
  coder.direct(2 ** 26 - 1, 26)
  const align = fresh()
  for (let bit = 0, symbol = 1; bit < 4; bit++, symbol = (symbol << 1) | 1) coder.bit(align, symbol, 1)
}

export function writeLzma(content: Uint8Array): Uint8Array {
  const head = Buffer.alloc(13)
  head.writeUInt32LE(2 ** 16, 1)
  head.writeUIntLE(content.length, 5, 6)
  return Buffer.concat([head, encodeLiterals(content, { pb: 0, lc: 0, marker: false })])
}

export function writeLzip(content: Uint8Array): Uint8Array {
  const data = encodeLiterals(content, { pb: 2, lc: 3, marker: true })
  const trailer = Buffer.alloc(20)
  trailer.writeUInt32LE(crc32(content), 0)
  trailer.writeUIntLE(content.length, 4, 6)
  trailer.writeUIntLE(6 + data.length + 20, 12, 6)
  return Buffer.concat([Buffer.from('LZIP\x01\x10', 'latin1'), data, trailer])
}

const chunkLength = 2 ** 14

/** LZMA2 chunks, each with a state of its own. */
export function lzma2(content: Uint8Array): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < content.length; at += chunkLength) {
    const chunk = content.subarray(at, at + chunkLength)
    // A chunk begins with the byte before in view, which lc 0 does not look at.
    const data = encodeLiterals(chunk, { pb: 0, lc: 0, marker: false })
    const head = Buffer.from([at === 0 ? 0xe0 : 0xc0, 0, 0, 0, 0, 0])
    head.writeUInt16BE(chunk.length - 1, 1)
    head.writeUInt16BE(data.length - 1, 3)
    parts.push(head, data)
  }
  return Buffer.concat([...parts, Buffer.alloc(1)])
}
