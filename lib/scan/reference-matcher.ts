import { canonicalOf, type Shape } from '../manifest/identifier.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import type { Occurrence } from './matcher.ts'

/**
 * The slow and obvious matcher: the whole content at once, one regular expression for each shape, no filter by length,
 * nothing shared with the fast one. What the fast one finds must be this, in this order (offset, then ordinal).
 */
export function referenceMatches(index: SubjectIndex, content: Uint8Array): Occurrence[] {
  // One character for each byte, so that places in the text are places in the content.
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1')
  const found: Occurrence[] = []
  for (const { shape } of index.shapes) {
    for (const [offset, spelling] of spellings[shape](text)) {
      const result = canonicalOf(spelling, index.caseRule)
      if ('problem' in result || result.shape !== shape) continue
      const ordinal = index.ordinalOf(shape, result.canonical)
      if (ordinal !== -1) found.push({ ordinal, offset, record: text.slice(0, offset).split('\n').length })
    }
  }
  return found.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
}

/** Lines, counted like the fast matcher counts them: a last one needs no newline. */
export function referenceRecords(content: Uint8Array): number {
  const lines = Buffer.from(content).toString('latin1').split('\n')
  return lines.length - (lines.at(-1) === '' ? 1 : 0)
}

type Spelling = [offset: number, text: string]

const spellings: Record<Shape, (text: string) => Spelling[]> = {
  decimal: (text) => all(text, /[0-9]+/g),
  handle: (text) => all(text, /[A-Za-z0-9_]+/g),
  dotted: (text) =>
    all(text, /[A-Za-z0-9_.-]+/g).map(([offset, run]) => {
      const start = run.length - run.replace(/^[.-]+/, '').length
      return [offset + start, run.slice(start).replace(/[.-]+$/, '')]
    }),
  uuid: (text) => [
    ...all(text, /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/gi),
    ...all(text, /(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f])/gi),
  ],
  email: (text) => {
    const pieces = text.split('@')
    const addresses: Spelling[] = []
    let sign = -1
    for (const [at, left] of pieces.slice(0, -1).entries()) {
      sign += left.length + 1
      const domain = /^[A-Za-z0-9.-]*/.exec(pieces[at + 1]!)![0].replace(/[.-]+$/, '')
      const run = /[A-Za-z0-9._%+\-!#$&'*/=?^`{|}~]*$/.exec(left)![0]
      const locals = Array.from(run, (_, from) => from)
        .filter((from) => from === 0 || /[!#$&'*/=?^`{|}~]/.test(run[from - 1]!))
        .map((from) => run.slice(from).replace(/^[.%+-]+/, ''))
      for (const local of new Set(locals)) addresses.push([sign - local.length, `${local}@${domain}`])
    }
    return addresses
  },
}

function all(text: string, pattern: RegExp): Spelling[] {
  return Array.from(text.matchAll(pattern), (match) => [match.index, match[0]])
}
