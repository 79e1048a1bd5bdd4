import { type Digits, writeSigned, writeUnsigned } from '../../decode/columnar/decimal-digits.ts'
import type { WholeNumbers } from '../../decode/whole-numbers.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { newBytes } from '../kernel/lay-out-memory.ts'
import type { Token } from '../occurrence.ts'
import type { Workspace } from '../workspace.ts'
import { createProbe } from './probe.ts'

/**
 * What is written in a form may be in digits alone only as hexadecimal ones: of a number of at least `shortest` digits, `pairs` of them one
 * behind the other are bytes of text.
 */
export type Doubt = { readonly shortest: number; readonly pairs: number }

/** Where a number stands among the others, from 0, and where its digits begin in their lines. */
export type NumberPlace = { readonly index: number; readonly start: number }

/** What looking at numbers came to: `tokens` as in their lines, which have `lineBytes` bytes; and those that may be something else as well. */
export type NumberFindings = { lineBytes: number; tokens: Token[]; doubtful: NumberPlace[] }

/** Where more of them are doubtful, looking at lines is faster. */
const mostDoubtful = (count: number) => Math.max(64, count / 32)
const longestNumber = 21

/**
 * Finds the numbers of an index among whole numbers that are no text, as they would be found in their lines: the run of digits is the whole of
 * a line but its sign, so it is an identifier or none is there, in any shape. Undefined: their lines have to be looked at. The workspace's block is used, and
 * nothing in it is kept.
 */
export function createNumberLookup(
  index: SubjectIndex,
  { block, numbers, sources }: Workspace,
): ((numbers: WholeNumbers, doubt?: Doubt) => NumberFindings | undefined) | undefined {
  if (numbers === undefined) return undefined
  const parts = index.parts.map((part, at) => ({ ...part, filter: sources.filters?.[at] ?? part.filter }))
  const { bytes, view } = block
  const probe = createProbe({ parts, seed: index.seed }, 'decimal', block)
  /** Behind all numbers. */
  const digits: Digits = { buffer: bytes, view }
  const digitsFrom = newBytes

  return (some, doubt) => {
    const { count, width } = some
    bytes.set(some.bytes.subarray(0, count * width))
    const { candidates, doubtful, lineBytes } = numbers.lookUp(some, doubt ?? noDoubt)
    if (doubtful.length > mostDoubtful(count)) return undefined
    const tokens: Token[] = []
    for (const { index, start } of candidates) {
      const end = writeNumber(digits, digitsFrom, some, index)
      const from = digitsFrom + (bytes[digitsFrom] === minus ? 1 : 0)
      const ordinal = probe(from, end)
      if (ordinal !== -1) tokens.push({ ordinal, record: index + 1, offset: start, length: end - from })
    }
    return { lineBytes, tokens, doubtful }
  }
}

const minus = 0x2d
const noDoubt: Doubt = { shortest: longestNumber, pairs: 1 }

/** Writes number `index`; returns where it ends. */
export function writeNumber(out: Digits, to: number, { bytes, width, isSigned }: WholeNumbers, index: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + index * width, width)
  const low = view.getUint32(0, true)
  const high = width === 8 ? view.getUint32(4, true) : isSigned ? (low | 0) >> 31 : 0
  return isSigned ? writeSigned(out, to, high >>> 0, low) : writeUnsigned(out, to, high, low)
}
