import type { ByteSource } from '../../byte-source.ts'
import { countProduced, type Decoding, type Stop, stopOf } from '../../decoding.ts'
import { nextBytes, takeBytes } from '../../next-bytes.ts'
import { byteCountOf, type PaxSparse } from './pax-records.ts'
import { blockLength, numberOf } from './tar-header.ts'

/** Offsets and lengths in turn of what is stored of a sparse file, and its length with holes. */
type SparseMap = { map: readonly number[]; realSize: number }

/** A map is held in memory; one of more numbers ends in `limit`. */
const maxNumbers = 2 ** 20

/**
 * Consumes the map of GNU's own sparse format: four pairs in the header, and blocks of 21 more behind it.
 * @throws DecodingStopped
 */
export async function readOldSparseMap(header: Buffer, source: ByteSource, stop: Stop): Promise<SparseMap> {
  const map: number[] = []
  const numberAt = (block: Buffer, at: number): number => {
    const value = numberOf(block.subarray(at, at + 12))
    if (value === undefined || value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER))
      throw stop('corrupt', 'expected numbers in a sparse map')
    return Number(value)
  }
  /** Entries without an offset end the map; behind its end there are none. */
  const addFrom = (block: Buffer, at: number, count: number): void => {
    for (let entry = at; entry < at + count * 24; entry += 24) {
      if (block[entry] === 0) {
        if (!block.subarray(entry, at + count * 24).every((byte) => byte === 0))
          throw stop('corrupt', 'expected nothing behind the end of a sparse map')
        return
      }
      map.push(numberAt(block, entry), numberAt(block, entry + 12))
    }
  }
  const flagAt = (block: Buffer, at: number): boolean => {
    if (block[at]! > 1) throw stop('corrupt', 'expected 0 or 1 where a sparse map goes on')
    return block[at] === 1
  }
  addFrom(header, 386, 4)
  let goesOn = flagAt(header, 482)
  const realSize = numberAt(header, 483)
  while (goesOn) {
    const block = await takeBytes(source, blockLength)
    if (block === undefined) throw stop('truncated', 'expected more of a sparse map')
    addFrom(block, 0, 21)
    goesOn = flagAt(block, 504)
    if (block.subarray(505).some((byte) => byte !== 0)) throw stop('corrupt', 'expected a sparse map padded with zeros')
    if (map.length > maxNumbers) throw stop('limit', `expected a sparse map of at most ${maxNumbers} numbers`)
  }
  return { map, realSize }
}

/** Consumes the map that stands before the data in format 1.0; `size` of map and data together. @throws DecodingStopped */
export async function readSparseMap(
  sparse: PaxSparse,
  size: number,
  source: ByteSource,
  stop: Stop,
): Promise<SparseMap & { size: number }> {
  if (!sparse.isMapInData) return { ...sparse, size }
  let [line, length] = ['', 0]
  let count: number | undefined
  const map: number[] = []
  while (count === undefined || map.length < count * 2) {
    const block = length + blockLength > size ? undefined : await takeBytes(source, blockLength)
    if (block === undefined) throw stop('truncated', 'expected more of a sparse map')
    length += blockLength
    const lines = (line + block.toString('latin1')).split('\n')
    line = lines.pop()!
    for (const text of lines) {
      const number = byteCountOf(Buffer.from(text, 'latin1'))
      if (number === undefined) throw stop('corrupt', 'expected numbers in a sparse map')
      if (count === undefined) count = number
      else map.push(number)
    }
    if (count !== undefined && count * 2 > maxNumbers)
      throw stop('limit', `expected a sparse map of at most ${maxNumbers} numbers`)
    if ((count === undefined || map.length < count * 2) && !/^[0-9]{0,16}$/.test(line))
      throw stop('corrupt', 'expected numbers in a sparse map')
  }
  if (map.length > count * 2 || /[^\0]/.test(line)) throw stop('corrupt', 'expected as many numbers as a map states')
  return { map, realSize: sparse.realSize, size: size - length }
}

const zeros = Buffer.alloc(64 * 1024)

/**
 * A sparse file as it was, of `size` stored bytes. What is stored must not be glued together, since an identifier may end
 * where a hole begins: holes are written out, and count as output of a container.
 * @throws DecodingStopped where map and sizes disagree
 */
export function sparseBytes(
  source: ByteSource,
  { map, realSize, size }: SparseMap & { size: number },
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stop = stopOf('tar', path)
  let end = 0
  let stored = 0
  for (let index = 0; index < map.length; index += 2) {
    if (map[index]! < end) throw stop('corrupt', 'expected a sparse map in order')
    end = map[index]! + map[index + 1]!
    stored += map[index + 1]!
  }
  if (end > realSize || stored !== size) throw stop('corrupt', 'expected a sparse map that agrees with the sizes')

  let at = 0
  async function* holeTo(end: number): AsyncGenerator<Uint8Array, void, undefined> {
    while (at < end) {
      const piece = zeros.subarray(0, Math.min(zeros.length, end - at))
      countProduced(decoding, piece.length, path, at)
      at += piece.length
      yield piece
    }
  }
  async function* whole(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let index = 0; index < map.length; index += 2) {
      yield* holeTo(map[index]!)
      yield* nextBytes(source, map[index + 1]!, () => stop('truncated', 'expected more bytes of a member'))
      at += map[index + 1]!
    }
    yield* holeTo(realSize)
  }
  return whole()
}
