import { append, growingBytes, makeRoom } from '../../growing-bytes.ts'

/** Texts, their bytes one behind the other with a line feed behind each, and of each where it ends and its mark: the cell that it is in. */
export type TextList = {
  add(bytes: Buffer, from: number, to: number, mark: number): void
  /** A text, its bytes as Latin-1. */
  addText(text: string, mark: number): void
  /** Texts as they are listed here, without marks: where they end, counted like the others, and of each 1 if it has a line feed or `<` in it. */
  addPlain(bytes: Uint8Array, ends: Int32Array, careful: Uint8Array, count: number): void
  count(): number
  /** Bytes of all of them. */
  length(): number
  /** All of them; valid until the next one is added. */
  bytes(): Buffer
  endOf(index: number): number
  ends(): Int32Array
  markOf(index: number): number
  /** The first text from one on that may have a mark, a line feed or `<` in it. */
  carefulFrom(index: number): number
  clear(): void
}

/** Of more memory nothing is kept for what is added later. */
const mostKept = 2 ** 20
const lineFeed = 0x0a
const leastEnds = 64

export function textList(): TextList {
  const all = growingBytes()
  let count = 0
  let ends = new Int32Array(leastEnds)
  let careful = new Uint8Array(leastEnds)
  let hasPlain = false
  const marks: number[] = []

  function makeRoomFor(more: number): void {
    const [before, beforeCareful] = [ends, careful]
    ends = new Int32Array(2 * (count + more))
    careful = new Uint8Array(ends.length)
    ends.set(before)
    careful.set(beforeCareful)
  }

  function end(mark: number): void {
    if (count === ends.length) makeRoomFor(1)
    ends[count] = all.length
    careful[count] = 1
    marks[count++] = mark
    makeRoom(all, 1)
    all.bytes[all.length++] = lineFeed
  }

  return {
    add(bytes, from, to, mark) {
      append(all, bytes, from, to)
      end(mark)
    },
    addText(text, mark) {
      makeRoom(all, text.length)
      all.length += all.bytes.write(text, all.length, 'latin1')
      end(mark)
    },
    addPlain(bytes, itsEnds, itsCareful, more) {
      if (count + more > ends.length) makeRoomFor(more)
      append(all, bytes, 0, bytes.length)
      ends.set(itsEnds.subarray(0, more), count)
      careful.set(itsCareful.subarray(0, more), count)
      count += more
      hasPlain = true
    },
    count: () => count,
    length: () => all.length,
    bytes: () => all.bytes.subarray(0, all.length),
    endOf: (index) => ends[index]!,
    ends: () => ends,
    markOf: (index) => marks[index] ?? 0,
    carefulFrom(index) {
      if (!hasPlain || careful[index] === 1) return index
      const found = careful.subarray(0, count).indexOf(1, index)
      return found === -1 ? count : found
    },
    clear() {
      all.length = 0
      count = 0
      hasPlain = false
      if (all.bytes.length > mostKept) all.bytes = nothing
      marks.length = 0
      if (ends.length > mostKept) {
        ends = new Int32Array(leastEnds)
        careful = new Uint8Array(leastEnds)
      }
    },
  }
}

const nothing = Buffer.alloc(0)
