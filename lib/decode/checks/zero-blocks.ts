/** Shorter ones are of a binary record, and so is a shorter text between two, or one without a line end, whose fields may stand right beside each other. */
export const leastText = 64

const lineFeed = 0x0a

/** Tab and line feed: between them MySQL's clients and `SELECT … INTO OUTFILE` write a bit. */
export const ofFields: ReadonlySet<number> = new Set([0x09, 0x0a])

/**
 * Zero bytes in a text: blocks that a file system left where a machine went down before what it had written was stored, or where a log was made empty under its writer. Numbers beside
 * texts that are filled up with zeros have control bytes or are short. At the beginning a block would hide what the text begins with. Not said here is what a single one may be, between tabs and line ends.
 */
export function zeroBlocks() {
  /** Where zeros begin that nothing is behind yet, and the byte before; -1: there are none. */
  let zerosAt = -1
  let before = -1
  let last: { readonly from: number; readonly to: number } | undefined
  /** There was a line end in the text behind it. */
  let hasLine = false

  return {
    /** Zeros begin here, if they do not go on. */
    begin(at: number, previous: number): void {
      if (zerosAt >= 0) return
      zerosAt = at
      before = previous
    },
    begun: () => zerosAt >= 0,
    /** The next bytes of the text. */
    passed(text: Uint8Array): void {
      hasLine ||= text.includes(lineFeed)
    },
    /** Zeros end before `next`; returns where those begin that are none of a text, or -1. */
    end(to: number, next: number): number {
      const [from, length] = [zerosAt, to - zerosAt]
      zerosAt = -1
      if (length === 1 && ofFields.has(before) && ofFields.has(next)) return -1
      if (length < leastText || from - (last?.to ?? 0) < leastText || !hasLine) return from
      last = { from, to }
      hasLine = false
      return -1
    },
    /** The last block so far. */
    last: () => last,
    /** The content ends here, behind a text; likewise. */
    endAll: (at: number): number => (last !== undefined && (at - last.to < leastText || !hasLine) ? last.from : -1),
  }
}
