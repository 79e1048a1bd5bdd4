/** A paragraph of Word with changes that its program keeps track of. */
export type TrackedChanges = {
  /** A tag: whether it is one of Word, and which change begins or ends with it. */
  tag(tag: { isWord: boolean; change?: Change }): void
  /** A text of a run, of the kind that `kindOfRun` tells: bytes `from` to before `to`. */
  text(bytes: Buffer, from: number, to: number, run: string): void
  /**
   * What the paragraph says with its changes and what it said before them, where it has any; then it begins anew. `isLong`: it was too
   * long for that.
   */
  take(): { versions: string[]; isLong: boolean }
}

const none = { versions: [], isLong: false }

type Piece = { text: string; isInserted: boolean; isDeleted: boolean }

/** What was inserted or taken from its place begins or ends. */
export type Change = { isInserted: boolean; step: 1 | -1 }

/** A tag without its brackets; absent: it is about no text. Without content it is about the mark of a paragraph. */
export function changeOf(tag: string): Change | undefined {
  const [, end, into] = /^(\/?)w:(?:(ins|moveTo)|(moveFrom))(?:\s|$)/.exec(tag) ?? []
  if (end === undefined || tag.endsWith('/')) return undefined
  return { isInserted: into !== undefined, step: end === '' ? 1 : -1 }
}

/** Texts of more than `most` characters are not kept. Insertions, deletions, and what was moved (ECMA-376 part 1, 17.13.5). */
export function trackedChanges(most: number): TrackedChanges {
  let pieces: Piece[] = []
  let length = 0
  let inserted = 0
  let moved = 0
  let isTracked = false
  let isWord = false

  return {
    tag(tag) {
      isWord ||= tag.isWord
      if (!isWord || tag.change === undefined) return
      const { isInserted, step } = tag.change
      if (isInserted) inserted = Math.max(0, inserted + step)
      else moved = Math.max(0, moved + step)
    },
    text(bytes, from, to, run) {
      if (!isWord || (run !== 't' && run !== 'delText')) return
      const isInserted = inserted > 0
      const isDeleted = moved > 0 || run === 'delText'
      isTracked ||= isInserted || isDeleted
      length += to - from
      if (length <= most) pieces.push({ text: bytes.toString('latin1', from, to), isInserted, isDeleted })
    },
    take() {
      if (length === 0) return none
      const of = (isLeftOut: (piece: Piece) => boolean) =>
        pieces.flatMap((piece) => (isLeftOut(piece) ? [] : [piece.text])).join('')
      const isLong = isTracked && length > most
      const versions =
        isTracked && !isLong ? [of(({ isDeleted }) => isDeleted), of(({ isInserted }) => isInserted)] : []
      pieces = []
      length = 0
      isTracked = false
      return { versions, isLong }
    },
  }
}
