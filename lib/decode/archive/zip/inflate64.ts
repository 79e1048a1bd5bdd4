import type { ByteSource } from '../../byte-source.ts'
import { asStop, BlockCorrupt } from '../../compression/block-corrupt.ts'
import { stopOf } from '../../decoding.ts'
import { type HuffmanTable, huffmanTable } from './huffman-table.ts'

/** So many bytes may be referred back to, and so many a match may have. */
const windowSize = 2 ** 16
const longestMatch = 2 ** 16 + 2
const outputSize = 256 * 1024
/** A block's header with its codes takes less, a symbol takes at most 8 bytes. */
const headerBytes = 1024
const symbolBytes = 8

const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** Of code 257 and so on: the shortest match, and how many bits more say how much longer it is. */
const lengthExtra = Uint8Array.from([
  ...Array(8).fill(0),
  ...[1, 2, 3, 4, 5].flatMap((bits) => Array(4).fill(bits)),
  16,
])
const lengthBase = Uint16Array.from(lengthExtra, (_, code) =>
  code === 28 ? 3 : 3 + lengthExtra.subarray(0, code).reduce((sum, bits) => sum + 2 ** bits, 0),
)
const distanceExtra = Uint8Array.from({ length: 32 }, (_, code) => Math.max(0, (code >> 1) - 1))
const distanceBase = Uint32Array.from(
  distanceExtra,
  (_, code) => 1 + distanceExtra.subarray(0, code).reduce((sum, bits) => sum + 2 ** bits, 0),
)

const fixedLengths = Uint8Array.from({ length: 288 }, (_, code) =>
  code < 144 ? 8 : code < 256 ? 9 : code < 280 ? 7 : 8,
)

type Codes = { literals: HuffmanTable; distances: HuffmanTable }

/**
 * What a stream of Deflate64 holds ("enhanced deflate": deflate of RFC 1951 with a window of 64 KiB, longer matches and two
 * more distances); consumes it exactly. Memory: a window, one buffer of output and two tables. @throws DecodingStopped
 */
export async function* inflate64(source: ByteSource, path: readonly string[]): AsyncGenerator<Uint8Array> {
  const output = new Uint8Array(windowSize + outputSize + longestMatch)
  let [at, taken, total] = [0, 0, 0]
  let input: Uint8Array = new Uint8Array(0)
  let [inputAt, inputEnd, isLast] = [0, 0, false]
  let [hold, held] = [0, 0]
  const stop = stopOf('zip', path, () => total)

  /** Makes at least `count` bytes of input readable, zeros behind the end of the source. */
  async function fill(count: number): Promise<void> {
    if (!isLast && inputEnd - inputAt >= count) return
    giveBack()
    const bytes = await source.peekSome(count)
    isLast = bytes.length < count
    inputEnd = bytes.length
    input = isLast ? Buffer.concat([bytes, Buffer.alloc(headerBytes)]) : bytes
  }
  /** Consumes what was read, to the byte that the next bit is in. */
  function giveBack(): void {
    inputAt -= held >> 3
    held &= 7
    hold &= (1 << held) - 1
    if (inputAt > inputEnd) throw stop('truncated', 'expected more of a deflate stream')
    source.skip(inputAt)
    inputAt = 0
    inputEnd = 0
  }
  /** @throws DecodingStopped where what was read last is not in the source */
  function checkInput(): void {
    if (isLast && inputAt - (held >> 3) > inputEnd) throw stop('truncated', 'expected more of a deflate stream')
  }
  function bits(count: number): number {
    while (held < count) {
      hold |= input[inputAt++]! << held
      held += 8
    }
    const value = hold & ((1 << count) - 1)
    hold >>>= count
    held -= count
    return value
  }
  function symbol({ entries, bits: most }: HuffmanTable): number {
    while (held < most) {
      hold |= input[inputAt++]! << held
      held += 8
    }
    const entry = entries[hold & ((1 << most) - 1)]!
    if (entry === 0) throw new BlockCorrupt('expected a code that there is')
    hold >>>= entry & 15
    held -= entry & 15
    return entry >> 4
  }
  /** What was written since the last time; makes room for more. */
  function* flush(): Generator<Uint8Array> {
    if (at > taken) yield output.subarray(taken, at)
    total += at - taken
    if (at > windowSize) output.copyWithin(0, at - windowSize, at)
    at = Math.min(at, windowSize)
    taken = at
  }

  async function* storedBlock(): AsyncGenerator<Uint8Array> {
    bits(held & 7)
    const [length, inverse] = [bits(16), bits(16)]
    if (length !== (inverse ^ 0xffff)) throw new BlockCorrupt('expected a length and its inverse')
    yield* flush()
    for (let left = length; left > 0; ) {
      await fill(1)
      giveBack()
      const chunk = await source.take()
      if (chunk === undefined) throw stop('truncated', 'expected more of a deflate stream')
      const size = Math.min(left, chunk.length)
      if (size < chunk.length) source.giveBack(chunk.subarray(size))
      output.set(chunk.subarray(0, size), at)
      at += size
      left -= size
    }
    yield* flush()
    isLast = false
  }

  function dynamicCodes(): Codes {
    const [literals, distances, lengths] = [bits(5) + 257, bits(5) + 1, bits(4) + 4]
    const own = new Uint8Array(19)
    for (let index = 0; index < lengths; index++) own[order[index]!] = bits(3)
    const table = huffmanTable(own)
    const all = new Uint8Array(literals + distances)
    for (let index = 0; index < all.length; ) {
      const code = symbol(table)
      if (code < 16) {
        all[index++] = code
        continue
      }
      if (code === 16 && index === 0) throw new BlockCorrupt('expected a length to repeat')
      const value = code === 16 ? all[index - 1]! : 0
      const count = code === 16 ? 3 + bits(2) : code === 17 ? 3 + bits(3) : 11 + bits(7)
      if (index + count > all.length) throw new BlockCorrupt('expected no more lengths than stated')
      all.fill(value, index, index + count)
      index += count
    }
    if (literals > 286 || all[256] === 0) throw new BlockCorrupt('expected a code for the end of a block')
    return { literals: huffmanTable(all.subarray(0, literals)), distances: huffmanTable(all.subarray(literals)) }
  }

  async function* codedBlock({ literals, distances }: Codes): AsyncGenerator<Uint8Array> {
    for (;;) {
      await fill(symbolBytes)
      const safe = isLast ? inputEnd + symbolBytes : inputEnd - symbolBytes
      while (inputAt <= safe && at < windowSize + outputSize) {
        const code = symbol(literals)
        checkInput()
        if (code < 256) {
          output[at++] = code
          continue
        }
        if (code === 256) return
        if (code > 285) throw new BlockCorrupt('expected a length that there is')
        const length = lengthBase[code - 257]! + bits(lengthExtra[code - 257]!)
        const far = symbol(distances)
        const distance = distanceBase[far]! + bits(distanceExtra[far]!)
        checkInput()
        if (distance > at) throw new BlockCorrupt('expected a match within the window')
        for (const end = at + length; at < end; at++) output[at] = output[at - distance]!
      }
      if (at >= windowSize + outputSize) yield* flush()
    }
  }

  try {
    for (let isFinal = false; !isFinal; ) {
      await fill(headerBytes)
      isFinal = bits(1) === 1
      const kind = bits(2)
      if (kind === 3) throw new BlockCorrupt('expected a kind of block that there is')
      if (kind === 0) yield* storedBlock()
      else {
        const fixed = () => ({
          literals: huffmanTable(fixedLengths),
          distances: huffmanTable(new Uint8Array(32).fill(5)),
        })
        yield* codedBlock(kind === 1 ? fixed() : dynamicCodes())
      }
    }
    giveBack()
    yield* flush()
  } catch (error) {
    yield* flush()
    // Behind the end there are zeros, which mean nothing.
    checkInput()
    throw asStop(error, stop)
  }
}
