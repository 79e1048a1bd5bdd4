import { IndexInvalid } from '../errors.ts'
import type { Shape } from '../manifest/identifier.ts'
import { damaged } from './index-format.ts'
import type { HashedIndex } from './open-hashed.ts'
import type { Control, OccurringShapes, OpenedPart } from './open-part.ts'
import type { SubjectIndex } from './open-subject-index.ts'
import { shapesInOrder } from './shape-code.ts'

const mostEntries = 2 ** 31 - 1

/**
 * One index of a whole one and those that add to it, each to the one before. Ordinals of a part follow those of the parts
 * before. What a part confirms is confirmed, whatever was pending before; and a control that turns out to be a subject of a later part is
 * that subject, and no control any more.
 * @throws IndexInvalid unless each part adds to the one before it
 */
export function uniteIndexes(opened: readonly OpenedPart[]): SubjectIndex {
  requireChain(opened)
  const [{ caseRule, seed }, newest] = [opened[0]!, opened.at(-1)!]
  const shapes = uniteShapes(opened)
  const starts = [0]
  for (const { entries } of opened) starts.push(starts.at(-1)! + entries)
  const entries = starts.at(-1)!
  if (entries > mostEntries) throw new IndexInvalid(`subject index: entries: expected at most ${mostEntries}, got more`)

  const isTaken = ({ shape, text }: Control, from: number) =>
    opened.slice(from + 1).some((later) => later.ordinalOf(shape, text) !== -1)
  const taken = opened.map(
    ({ controls }, at) => new Set(controls.filter((control) => isTaken(control, at)).map((control) => control.ordinal)),
  )
  const controlsIn = (part: OpenedPart, at: number, shape: Shape) =>
    part.controls
      .filter((control) => control.shape === shape && !taken[at]!.has(control.ordinal))
      .map((control) => ({ ...control, ordinal: starts[at]! + control.ordinal }))
  const controls = shapes.flatMap(({ shape }) => {
    const own = inTurns(opened.map((part, at) => controlsIn(part, at, shape)))
    if (own.length === 0) throw new IndexInvalid(`subject index: controls: expected some ${shape}, got none`)
    return own
  })
  const controlOrdinals = new Set(controls.map(({ ordinal }) => ordinal))
  const ordinalIn = (at: number, ordinal: number) =>
    ordinal === -1 || taken[at]!.has(ordinal) ? -1 : starts[at]! + ordinal

  return {
    manifestSha256: newest.report.sha256,
    caseRule,
    subjects: opened.reduce((sum, part) => sum + part.entries - part.controls.length, 0),
    entries,
    pending: opened.reduce((sum, part) => sum + part.pending, 0),
    shapes,
    highBytes: [...new Set(opened.flatMap(({ highBytes }) => highBytes))].sort((a, b) => a - b),
    controls,
    hashed: uniteHashed(opened, { starts, taken }),
    seed,
    parts: opened.map(({ filter, confirm }, at) => ({
      filter,
      confirm: (...of) => ordinalIn(at, confirm(...of)),
    })),
    ordinalOf(shape, canonical) {
      for (let at = 0; at < opened.length; at++) {
        const ordinal = ordinalIn(at, opened[at]!.ordinalOf(shape, canonical))
        if (ordinal !== -1) return ordinal
      }
      return -1
    },
    tagOf(ordinal) {
      const at = starts.findLastIndex((start) => start <= ordinal)
      return opened[at]!.tagOf(ordinal - starts[at]!)
    },
    isControl: (ordinal) => controlOrdinals.has(ordinal),
    isListed: (text) => opened.some((part) => part.isListed(text)),
    pendingShapes: uniteShapes(opened.map(({ pendingShapes }) => ({ shapes: pendingShapes }))),
    hasPending: (...of) => opened.some((part) => part.hasPending(...of)),
    check() {
      for (const part of opened) part.check()
    },
  }
}

/** The first of each list, then the second of each: whoever takes a few of the controls of a shape has some of every part. */
function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const most = Math.max(...lists.map(({ length }) => length))
  return Array.from({ length: most }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1))).flat()
}

/** @throws IndexInvalid that says which of them, counted from 1, and what is wrong with it */
function requireChain(opened: readonly OpenedPart[]): void {
  opened.forEach(({ sha256, base, caseRule, seed }, at) => {
    const where = opened.length === 1 ? 'subject index' : `subject index ${at + 1} of ${opened.length}`
    const refuse = (what: string) => new IndexInvalid(`${where}: ${what}`)
    const before = opened[at - 1]
    if (opened.findIndex((other) => other.sha256 === sha256) !== at)
      throw refuse('base: expected each index once, got one again')
    if (base === undefined && before !== undefined)
      throw refuse('base: expected an index that adds to the one before it, got one that adds to none')
    if (base !== before?.sha256)
      throw refuse(
        before === undefined
          ? 'base: expected the index that it adds to before it, got none'
          : opened.some((other) => other.sha256 === base)
            ? 'base: expected each index right behind the one that it adds to, got another order'
            : 'base: expected the index that it adds to before it, got another',
      )
    if (seed.join() !== opened[0]!.seed.join())
      throw refuse('seed: expected that of the index that it adds to, got another')
    if (hashedOf(opened[at]!) !== hashedOf(opened[0]!))
      throw refuse('hashed forms: expected those of the index that it adds to, with the same salts, got others')
    if (caseRule !== opened[0]!.caseRule)
      throw refuse('case: expected the rule of the index that it adds to, got another')
  })
}

/** What tells hashed forms from others, by which they may be looked for together. */
export const hashedOf = ({ hashed }: Pick<OpenedPart, 'hashed'>): string =>
  JSON.stringify(hashed && [hashed.forms, hashed.salts.map((salt) => salt ?? '')])

/**
 * The last part that has a digest says for whom it stands: a number that is a subject, where a UUID of its digits was one before. What a control
 * stood for that is a subject by now is that subject's in a later part.
 */
function uniteHashed(
  opened: readonly OpenedPart[],
  { starts, taken }: { starts: readonly number[]; taken: readonly ReadonlySet<number>[] },
): HashedIndex | undefined {
  const parts = opened.flatMap(({ hashed }) => hashed ?? [])
  const [first] = parts
  if (first === undefined) return undefined
  const isTaken = (ordinal: number) => {
    const at = starts.findLastIndex((start) => start <= ordinal)
    return taken[at]!.has(ordinal - starts[at]!)
  }
  return {
    forms: first.forms,
    lengths: first.lengths,
    salts: first.salts,
    controls: parts.flatMap(({ controls }, at) =>
      controls
        .filter(({ ordinal }) => !taken[at]!.has(ordinal))
        .map((control) => ({ ...control, ordinal: starts[at]! + control.ordinal })),
    ),
    filterBytes: parts.reduce((sum, { filterBytes }) => sum + filterBytes, 0),
    find(digest) {
      for (let at = parts.length - 1; at >= 0; at--) {
        const found = parts[at]!.find(digest)
        if (found === undefined) continue
        if (found.ordinal >= starts[at + 1]!) throw damaged('hashed: ordinals')
        if (!isTaken(found.ordinal)) return found
      }
      return undefined
    },
    check() {
      for (const part of parts) part.check()
    },
  }
}

function uniteShapes(parts: readonly { shapes: OccurringShapes }[]): OccurringShapes {
  return shapesInOrder.flatMap((shape) => {
    const lengths = parts.flatMap((part) => part.shapes.find((each) => each.shape === shape)?.lengths ?? [])
    return lengths.length > 0 ? [{ shape, lengths: [...new Set(lengths)].sort((a, b) => a - b) }] : []
  })
}
