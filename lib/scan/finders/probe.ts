import type { Shape } from '../../manifest/identifier.ts'
import { hashInto, passesFilter } from '../../subject-index/filter.ts'
import type { SubjectIndex } from '../../subject-index/open-subject-index.ts'
import { shapeCodes } from '../../subject-index/shape-code.ts'
import type { Block } from './finder.ts'

/** The ordinal of the identifier in the block's bytes [start, end), or -1. */
export type Probe = (start: number, end: number) => number

/**
 * What a probe works in. No probe calls another one while it has something there, and there are many probes: each small object
 * that is scanned has its own.
 */
const halves = new Int32Array(2)
const folded = new Uint8Array(256)
const foldedView = new DataView(folded.buffer)

/** Hashes bytes in place: for shapes whose canonical spelling is the text itself. */
export function createProbe(
  { parts, seed }: Pick<SubjectIndex, 'parts' | 'seed'>,
  shape: Shape,
  { bytes, view }: Pick<Block, 'bytes' | 'view'>,
): Probe {
  const code = shapeCodes[shape]
  return (start, end) => {
    hashInto(halves, view, bytes, start, end - start, code, seed)
    const a = halves[0]!
    const b = halves[1]!
    for (let at = 0; at < parts.length; at++) {
      const part = parts[at]!
      const ordinal = passesFilter(part.filter, a, b) ? part.confirm(code, bytes, start, end - start, a, b) : -1
      if (ordinal !== -1) return ordinal
    }
    return -1
  }
}

/** The same for shapes whose letters may be in another case: `fold` says what each byte becomes. */
export function createFoldingProbe(
  index: Pick<SubjectIndex, 'parts' | 'seed'>,
  shape: Shape,
  { bytes }: Pick<Block, 'bytes'>,
  fold: Uint8Array,
): Probe {
  const probe = createProbe(index, shape, { bytes: folded, view: foldedView })
  return (start, end) => {
    for (let at = start; at < end; at++) folded[at - start] = fold[bytes[at]!]!
    return probe(0, end - start)
  }
}
