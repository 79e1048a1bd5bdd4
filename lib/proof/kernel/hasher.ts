import { hash } from 'node:crypto'
import { openModule, pageBytes } from '../../web-assembly.ts'
import { kernelBytes } from './kernel-bytes.ts'

/** What `assembly/index.ts` exports. */
type Exports = {
  hashBlocks(from: number, to: number, count: number, blocks: number): void
  hashNodes(from: number, to: number, count: number): void
}

/** Leaves, or nodes, that are hashed together. */
export const rowsTogether = 4096
export const hashBytes = 32
const blockBytes = 64
/** A message of more bytes does not fit into so many blocks with its padding. */
export const mostBytesIn = (blocks: number) => blocks * blockBytes - 9
/** Messages of more blocks are not hashed here. */
const mostBlocks = 2
const inputAt = pageBytes
const outputAt = inputAt + rowsTogether * mostBlocks * blockBytes

/**
 * SHA-256 of many short messages. A call of Node's costs about ten times what it computes, so four messages at a time are
 * hashed in WebAssembly with SIMD; where there is none, Node hashes them, with the same result.
 */
export type Hasher = {
  /** Writes message `row` of those that `hashRows` hashes, of `blocks` blocks with its padding, all of them alike. */
  setRow(row: number, message: Uint8Array): void
  /** The digests of the first `rows` messages that were set, until the next call of anything. */
  hashRows(rows: number): Uint8Array
  /** The root (RFC 6962) of leaf hashes, at least one and at most `rowsTogether`. */
  rootOf(leafHashes: Uint8Array): Uint8Array
  /** The parents of at most `rowsTogether` nodes, two by two; of an odd number the last goes up as it is. */
  parentsOf(nodes: Uint8Array): Uint8Array
}

/** @param blocks of each message, one or two. @param useKernel false: as on a machine without SIMD */
export function createHasher(blocks = 1, useKernel = true): Hasher {
  const kernel = useKernel ? openKernel(blocks) : undefined
  return kernel ?? withoutKernel()
}

function openKernel(blocks: number): Hasher | undefined {
  // One page more: fours are whole.
  const opened = openModule<Exports>(kernelBytes, (outputAt + rowsTogether * hashBytes) / pageBytes + 1)
  if (opened === undefined) return undefined
  const { hashBlocks, hashNodes } = opened.exports
  const bytes = new Uint8Array(opened.buffer)
  const messageBytes = blocks * blockBytes
  /** Puts the parents of so many nodes in their place; tells how many they are. */
  const hashLevel = (nodes: number): number => {
    const pairs = nodes >>> 1
    // Taken along before, since fours are whole and may be written over it.
    const odd =
      nodes % 2 === 1 ? bytes.slice(inputAt + (nodes - 1) * hashBytes, inputAt + nodes * hashBytes) : undefined
    hashNodes(inputAt, inputAt, pairs)
    if (odd) bytes.set(odd, inputAt + pairs * hashBytes)
    return pairs + (nodes % 2)
  }
  return {
    setRow: (row, message) => setBlocks(bytes, inputAt + row * messageBytes, message, messageBytes),
    hashRows(rows) {
      hashBlocks(inputAt, outputAt, rows, blocks)
      return bytes.subarray(outputAt, outputAt + rows * hashBytes)
    },
    rootOf(leafHashes) {
      bytes.set(leafHashes, inputAt)
      for (let left = leafHashes.length / hashBytes; left > 1; left = hashLevel(left));
      return bytes.slice(inputAt, inputAt + hashBytes)
    },
    parentsOf(nodes) {
      bytes.set(nodes, inputAt)
      return bytes.slice(inputAt, inputAt + hashLevel(nodes.length / hashBytes) * hashBytes)
    },
  }
}

function withoutKernel(): Hasher {
  const rows: Uint8Array[] = []
  const sha256 = (message: Uint8Array) => hash('sha256', message, 'buffer')
  const parentsOf = (nodes: Uint8Array): Uint8Array =>
    Buffer.concat(
      Array.from({ length: Math.ceil(nodes.length / hashBytes / 2) }, (_, pair) => {
        const both = nodes.subarray(pair * 2 * hashBytes, (pair + 1) * 2 * hashBytes)
        return both.length > hashBytes ? sha256(Buffer.concat([Buffer.of(1), both])) : both
      }),
    )
  return {
    setRow(row, message) {
      rows[row] = message.slice()
    },
    hashRows: (count) => Buffer.concat(rows.slice(0, count).map(sha256)),
    rootOf(leafHashes) {
      let level = leafHashes
      while (level.length > hashBytes) level = parentsOf(level)
      return new Uint8Array(level)
    },
    parentsOf,
  }
}

/** A message with its padding (FIPS 180-4, 5.1.1). */
function setBlocks(bytes: Uint8Array, at: number, message: Uint8Array, size: number): void {
  const { length } = message
  for (let place = 0; place < length; place++) bytes[at + place] = message[place]!
  bytes[at + length] = 0x80
  for (let place = length + 1; place < size - 2; place++) bytes[at + place] = 0
  bytes[at + size - 2] = length >>> 5
  bytes[at + size - 1] = (length << 3) & 0xff
}
