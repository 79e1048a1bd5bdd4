import { append, growingBytes, makeRoom } from '../../growing-bytes.ts'

/** Texts, their bytes one behind the other with a line feed behind each, and of each where it ends and its mark: the cell that it is in. */
export type TextList = {
  add(bytes: Buffer, from: number, to: number, mark: number): void
  /** A text, its bytes as Latin-1. */
  addText(text: string, mark: number): void
  count(): number
  /** All of them; valid until the next one is added. */
  bytes(): Buffer
  endOf(index: number): number
  markOf(index: number): number
  clear(): void
}

/** Of more memory nothing is kept for what is added later. */
const mostKept = 2 ** 20
const lineFeed = 0x0a

export function textList(): TextList {
  const all = growingBytes()
  let count = 0
  const ends: number[] = []
  const marks: number[] = []

  function end(mark: number): void {
    ends[count] = all.length
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
    count: () => count,
    bytes: () => all.bytes.subarray(0, all.length),
    endOf: (index) => ends[index]!,
    markOf: (index) => marks[index]!,
    clear() {
      all.length = 0
      count = 0
      if (all.bytes.length > mostKept) all.bytes = nothing
      if (ends.length > mostKept) ends.length = marks.length = 0
    },
  }
}

const nothing = Buffer.alloc(0)
