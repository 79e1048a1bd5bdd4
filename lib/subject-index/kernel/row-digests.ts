import { IndexInvalid } from '../../errors.ts'
import { openModule, pageBytes } from '../../web-assembly.ts'
import { hashInto, type Seed } from '../filter.ts'
import { createKeyedDigest, digestBytes, keyState } from '../keyed-digest.ts'
import { kernelBytes } from './kernel-bytes.ts'

/** What `assembly/index.ts` exports. */
type Exports = { setUp(list: number, seedA: number, seedB: number): void; digestRows(count: number): void }

/** Rows that are digested together. */
export const rowsTogether = 8192
/** A message is a shape code and a canonical text, and zeros behind it. */
export const messageBytes = 64
/** A longer text does not fit into a message. */
export const longestText = messageBytes - 1

/**
 * Digests (see `KeyedDigest`) and hashes for the filter (see `hashInto`) of many short texts. Four at a time are computed in
 * WebAssembly with SIMD, in a fifth of the time that one by one takes; where there is none, one by one, with the same result.
 */
export type RowDigests = {
  /** Of each row, for the caller to write. */
  readonly messages: Uint8Array
  /** Of the texts of the rows, 3 or more, for the caller to write. */
  readonly lengths: Int32Array
  /** Of each row, four words, and both halves: until the next call. */
  readonly digests: Uint32Array
  readonly firsts: Int32Array
  readonly seconds: Int32Array
  /**
   * Computes those of the first `rows`. @throws IndexInvalid when the kernel comes to others than this code: of each call four rows are compared, and
   * the first of each shape and length
   */
  compute(rows: number): void
}

/** @param useKernel false: as on a machine without SIMD */
export function createRowDigests(tagKey: Uint8Array, seed: Seed, useKernel = true): RowDigests {
  const opened = useKernel ? openModule<Exports>(kernelBytes, pages) : undefined
  const buffer = opened?.buffer ?? new ArrayBuffer(pages * pageBytes)
  const rows = {
    messages: new Uint8Array(buffer, places.messages, rowsTogether * messageBytes),
    lengths: new Int32Array(buffer, places.lengths, rowsTogether),
    digests: new Uint32Array(buffer, places.digests, (rowsTogether * digestBytes) / 4),
    firsts: new Int32Array(buffer, places.firsts, rowsTogether),
    seconds: new Int32Array(buffer, places.seconds, rowsTogether),
  }
  const one = oneByOne(rows, tagKey, seed)
  if (opened === undefined)
    return {
      ...rows,
      compute(count) {
        for (let row = 0; row < count; row++) {
          const { digest, halves } = one(row)
          rows.digests.set(digest, row * 4)
          rows.firsts[row] = halves[0]!
          rows.seconds[row] = halves[1]!
        }
      },
    }
  const kernel = opened.exports
  const { messages, lengths, digests, firsts, seconds, keyed, list } = places
  new Uint32Array(buffer, list, 6).set([messages, lengths, digests, firsts, seconds, keyed])
  new Int32Array(buffer, keyed, 8).set(keyState(tagKey))
  kernel.setUp(list, seed[0], seed[1])
  /** Whether a row with this shape and length was compared. */
  const compared = new Uint8Array(256 * messageBytes)
  return {
    ...rows,
    compute(count) {
      kernel.digestRows(count)
      compared.fill(0)
      // Who looks an identifier up digests it by itself: if that came to another digest, nobody would be found. Nor would controls show it, which are
      // digested one by one as well.
      for (let row = 0; row < count; row++) {
        const kind = rows.messages[row * messageBytes]! * messageBytes + rows.lengths[row]!
        if (row >= lanes && compared[kind] === 1) continue
        compared[kind] = 1
        const { digest, halves } = one(row)
        const same =
          digest.every((word, at) => word === rows.digests[row * 4 + at]) &&
          halves[0] === rows.firsts[row] &&
          halves[1] === rows.seconds[row]
        if (!same)
          throw new IndexInvalid('subject index: kernel: expected what is computed without it, got another digest')
      }
    },
  }
}

/** Computed together by one instruction. */
const lanes = 4

/** Digests and hashes one row at a time: what is returned holds until the next one. */
function oneByOne(
  { messages, lengths }: Pick<RowDigests, 'messages' | 'lengths'>,
  tagKey: Uint8Array,
  seed: Seed,
): (row: number) => { digest: Uint32Array; halves: Int32Array } {
  const keyed = createKeyedDigest(tagKey)
  const view = new DataView(messages.buffer, messages.byteOffset, messages.byteLength)
  const halves = new Int32Array(2)
  return (row) => {
    const shape = messages[row * messageBytes]!
    const start = row * messageBytes + 1
    keyed.compute(shape, messages, start, lengths[row]!)
    hashInto(halves, view, messages, start, lengths[row]!, shape, seed)
    return { digest: keyed.digest, halves }
  }
}

const places = {
  list: 64,
  keyed: 128,
  lengths: 1024,
  firsts: 1024 + rowsTogether * 4,
  seconds: 1024 + rowsTogether * 8,
  digests: 1024 + rowsTogether * 12,
  messages: 1024 + rowsTogether * 28,
}
const pages = Math.ceil((places.messages + rowsTogether * messageBytes) / pageBytes)
