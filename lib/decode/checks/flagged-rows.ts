/**
 * Rows of MyISAM and Aria in a fixed format, which are text in Latin-1 to the eye: one to four bytes that say what is null and that the row is not
 * deleted (the lowest bit; unused ones are set), then fields filled up with blanks and right beside each other, without a line end. An identifier as
 * wide as its field has its neighbour beside it.
 */

/** Bytes of a row that may be flags; one of them is from 0x80. */
const flags = 4
const lineFeed = 0x0a
const carriageReturn = 0x0d
/** Flags of a row in which up to two fields may be null: `ù`, `û`, `ý` and `ÿ`, with which texts of one line do not begin. One row is told by them. */
const fewNulls = new Set([0xf9, 0xfb, 0xfd, 0xff])
/** So many rows are told by flags that are letters with which words begin (`ñ`, `á`). */
const leastRows = 3
/** Lines have so many letters from 0x80 that of three places at one distance, of many, all have one. */
const leastRowsWithLines = 6

/** Whether a content that begins with `head`, all of it or its first bytes, and has `total` bytes has one byte from 0x80 in the flags of each row. */
export function isFlaggedRows(head: Uint8Array, total: number): boolean {
  const first = head.findIndex((byte) => byte >= 0x80)
  if (first < 0 || first >= flags) return false
  const hasLines = head.includes(lineFeed) || head.includes(carriageReturn)
  if (!hasLines && fewNulls.has(head[0]!) && head[1]! < 0x80) return true
  const widest = Math.floor((head.length - 1 - first) / ((hasLines ? leastRowsWithLines : leastRows) - 1))
  for (let width = flags; width <= widest; width++)
    if ((total > head.length || total % width === 0) && isEach(head, first, width)) return true
  return false
}

/** Whether each row of `width` bytes is one that is not deleted, with a byte from 0x80 at `first`; a line of text ends before the next one. */
function isEach(head: Uint8Array, first: number, width: number): boolean {
  if (head[width - 1] === lineFeed || head[width - 1] === carriageReturn) return false
  for (let at = 0; at + first < head.length; at += width)
    if (head[at + first]! < 0x80 || head[at]! % 2 === 0) return false
  return true
}
