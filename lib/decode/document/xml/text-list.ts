import { copyBytes } from '../../copy-bytes.ts'

/** Texts, their bytes one behind the other with a line feed behind each, and of each where it ends and its mark: the cell that it is in. */
export type TextList = {
  add(bytes: Buffer, from: number, to: number, mark: number): void
  /** A text, its bytes as Latin-1. */
  addText(text: string, mark: number): void
  readonly count: number
  /** All of them; valid until the next one is added. */
  bytes(): Buffer
  endOf(index: number): number
  markOf(index: number): number
  clear(): void
}

const usual = 2 ** 18
const lineFeed = 0x0a

export function textList(): TextList {
  let all = Buffer.allocUnsafe(0)
  let length = 0
  let count = 0
  let ends = new Float64Array(0)
  let marks = new Float64Array(0)

  function makeRoom(bytes: number): void {
    if (length + bytes > all.length) {
      const larger = Buffer.allocUnsafe(Math.max(usual, 2 * all.length, length + bytes))
      all.copy(larger, 0, 0, length)
      all = larger
    }
    if (count < ends.length) return
    ends = extended(ends)
    marks = extended(marks)
  }

  function end(mark: number): void {
    ends[count] = length
    marks[count++] = mark
    all[length++] = lineFeed
  }

  return {
    add(bytes, from, to, mark) {
      makeRoom(to - from + 1)
      copyBytes(bytes, from, to, all, length)
      length += to - from
      end(mark)
    },
    addText(text, mark) {
      makeRoom(text.length + 1)
      length += all.write(text, length, 'latin1')
      end(mark)
    },
    get count() {
      return count
    },
    bytes: () => all.subarray(0, length),
    endOf: (index) => ends[index]!,
    markOf: (index) => marks[index]!,
    clear() {
      length = 0
      count = 0
      if (all.length > 4 * usual) all = Buffer.allocUnsafe(0)
    },
  }
}

function extended(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * values.length + 1024)
  larger.set(values)
  return larger
}
