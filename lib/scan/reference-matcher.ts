import { canonicalOf, maxIdentifierLength, type Shape } from '../manifest/identifier.ts'
import type { SubjectIndex } from '../subject-index/open-subject-index.ts'
import type { Occurrence } from './matcher.ts'

/**
 * The slow and obvious matcher: the whole content at once, one regular expression for each shape, no filter by length,
 * escapes told by looking back from every byte, nothing shared with the fast one. What the fast one finds must be this, in this order (offset, then ordinal).
 */
export function referenceMatches(index: SubjectIndex, content: Uint8Array): Occurrence[] {
  const text = textOf(content)
  return referencePlaces(index, content).map(({ ordinal, offset }) => ({
    ordinal,
    offset,
    record: text.slice(0, offset).split('\n').length,
  }))
}

/** The same without lines. */
export function referencePlaces(index: SubjectIndex, content: Uint8Array): Omit<Occurrence, 'record'>[] {
  const text = textOf(content)
  const found: Omit<Occurrence, 'record'>[] = []
  for (const { shape } of index.shapes) {
    for (const [offset, spelling] of spellings[shape](text)) {
      const ordinal = shape === 'uuid' ? uuidOrdinal(index, spelling) : ordinalOf(index, shape, spelling)
      if (ordinal !== -1) found.push({ ordinal, offset })
    }
  }
  return found.sort((x, y) => x.offset - y.offset || x.ordinal - y.ordinal)
}

/** One character for each byte, so that places in the text are places in the content. */
function textOf(content: Uint8Array): string {
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1')
}

/** Lines, counted like the fast matcher counts them: a last one needs no newline. */
export function referenceRecords(content: Uint8Array): number {
  const lines = Buffer.from(content).toString('latin1').split('\n')
  return lines.length - (lines.at(-1) === '' ? 1 : 0)
}

function ordinalOf(index: SubjectIndex, shape: Shape, spelling: string): number {
  const result = canonicalOf(spelling, index.caseRule)
  return 'problem' in result || result.shape !== shape ? -1 : index.ordinalOf(shape, result.canonical)
}

/** One of decimal digits only may be a decimal number in the manifest, since it was written there without hyphens. */
function uuidOrdinal(index: SubjectIndex, spelling: string): number {
  const plain = spelling.replaceAll('-', '').toLowerCase()
  const ordinal = index.ordinalOf('uuid', plain)
  return ordinal === -1 && spelling !== plain && /^[0-9]+$/.test(plain) ? index.ordinalOf('decimal', plain) : ordinal
}

type Spelling = [offset: number, text: string]

const terminalStart = String.raw`(?:\x1b|\\e|\\x1[bB]|\\u001[bB]|\\033|#033|%1[bB])\[`
const anEscape = [
  String.raw`\\[ntrbfvae0Z]`,
  String.raw`\\[0-3][0-7]{2}`,
  String.raw`\\x[0-9a-fA-F]{2}`,
  String.raw`\\u[0-9a-fA-F]{4}`,
  String.raw`\\U[0-9a-fA-F]{8}`,
  '%(?:25){0,3}[0-9a-fA-F]{2}',
  '#0[0-3][0-7]',
  `${terminalStart}[?0-9;]{0,16}[A-Za-z]`,
].join('|')

/** A run of `characters` begins at the first of them, and once more right after each escape. */
const runOf = (characters: string, run = `${characters}+`) =>
  new RegExp(`(?=${characters})(?:(?<!${characters})|(?<=${anEscape}))(?=(${run}))`, 'g')
const hex = '[0-9a-fA-F]'
const decimalRun = runOf('[0-9]')
const handleRun = runOf('[A-Za-z0-9_]')
const dottedRun = runOf('[A-Za-z0-9_.-]')
const plainUuid = runOf(hex, `${hex}{32}(?!${hex})`)
const groupedUuid = runOf(hex, `${hex}{8}(?:-${hex}{4}){3}-${hex}{12}(?!${hex})`)
const isLeading = /[.%+-]/
const isLocal = /[A-Za-z0-9._%+\-!#$&'*/=?^`{|}~]/
/** More than an identifier has characters, and more than any escape. */
const longestWritten = 4 * maxIdentifierLength
const longestBefore = 64
const beginsLocal = new RegExp(`(?:[!#$&'*/=?^\`{|}~]|${anEscape})$`)

const spellings: Record<Shape, (text: string) => Spelling[]> = {
  decimal: (text) => all(text, decimalRun),
  handle: (text) => all(text, handleRun),
  dotted: (text) =>
    all(text, dottedRun).map(([offset, run]) => {
      const start = run.length - run.replace(/^[.-]+/, '').length
      return [offset + start, withoutEnd(run.slice(start))]
    }),
  uuid: (text) => [...all(text, plainUuid), ...all(text, groupedUuid)],
  email: (text) => {
    const pieces = text.split('@')
    const addresses: Spelling[] = []
    let sign = -1
    for (const [at, left] of pieces.slice(0, -1).entries()) {
      sign += left.length + 1
      const domain = withoutEnd(/^[A-Za-z0-9.-]*/.exec(pieces[at + 1]!)![0])
      let start = left.length
      while (start > 0 && isLocal.test(left[start - 1]!)) start--
      // Signs in front do not count: a local part may begin anywhere, but what is too long is none.
      const nearest = Math.max(start, left.length - longestWritten)
      const locals = Array.from({ length: left.length - nearest }, (_, place) => nearest + place)
        .filter((from) => from === start || beginsLocal.test(left.slice(Math.max(0, from - longestBefore), from)))
        .map((from) => left.slice(from).replace(/^[.%+-]+/, ''))
      // What begins with more of these than are looked at begins behind them.
      let signs = nearest
      while (signs > start && isLeading.test(left[signs - 1]!)) signs--
      const begins = signs === start || beginsLocal.test(left.slice(Math.max(0, signs - longestBefore), signs))
      if (signs < nearest && begins) locals.push(left.slice(nearest).replace(/^[.%+-]+/, ''))
      for (const local of new Set(locals)) addresses.push([sign - local.length, `${local}@${domain}`])
    }
    return addresses
  },
}

/** Dots and hyphens at the end are none of an identifier. */
function withoutEnd(run: string): string {
  let end = run.length
  while (end > 0 && (run[end - 1] === '.' || run[end - 1] === '-')) end--
  return run.slice(0, end)
}

function all(text: string, pattern: RegExp): Spelling[] {
  return Array.from(text.matchAll(pattern), (match) => [match.index, match[1]!])
}
