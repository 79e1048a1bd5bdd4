/** A paragraph of Word with changes that its program keeps track of. */
export type TrackedChanges = {
  /** A tag without its brackets. */
  tag(text: string): void
  /** A text of a run, of the kind that `kindOfRun` tells. */
  text(text: string, run: string): void
  /**
   * What the paragraph says with its changes and what it said before them, where it has any; then it begins anew. `isLong`: it was too
   * long for that.
   */
  take(): { versions: string[]; isLong: boolean }
}

const none = { versions: [], isLong: false }

type Piece = { text: string; isInserted: boolean; isDeleted: boolean }

const changing = /^(\/?)w:(?:(ins|moveTo)|(moveFrom))(?:\s|$)/

/** Texts of more than `most` characters are not kept. Insertions, deletions, and what was moved (ECMA-376 part 1, 17.13.5). */
export function trackedChanges(most: number): TrackedChanges {
  let pieces: Piece[] = []
  let length = 0
  let inserted = 0
  let moved = 0
  let isTracked = false
  let isWord = false

  return {
    tag(text) {
      isWord ||= text.startsWith('w:')
      const [, end, into] = (isWord && changing.exec(text)) || []
      // Without content it is about the mark of a paragraph.
      if (end === undefined || text.endsWith('/')) return
      const step = end === '' ? 1 : -1
      if (into === undefined) moved = Math.max(0, moved + step)
      else inserted = Math.max(0, inserted + step)
    },
    text(text, run) {
      if (!isWord || (run !== 't' && run !== 'delText')) return
      const piece = { text, isInserted: inserted > 0, isDeleted: moved > 0 || run === 'delText' }
      isTracked ||= piece.isInserted || piece.isDeleted
      length += text.length
      if (length <= most) pieces.push(piece)
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
