import type { FormatPlace, Told } from './format-place.ts'
import type { WholeNumbers } from './whole-numbers.ts'

/**
 * Where decoded bytes are pushed, in order. A sink consumes `bytes` before `write` returns (or its promise settles):
 * the caller may reuse the buffer. `end` means complete: everything was delivered and the content's own integrity
 * checks passed. A sink that never sees `end` has seen only a part. Sinks of several contents of one object may be open
 * at the same time. What a sink keeps it must copy, and `slice` of a Buffer does not copy.
 */
export interface Sink {
  write(bytes: Uint8Array): void | Promise<void>
  /**
   * Consumes at most `mostNumbers` whole numbers as if their lines had been written, and returns how many bytes those have; undefined: nothing was
   * consumed, and their lines are to be written. For a content in which all that is not given in this way is lines of such numbers as well.
   */
  writeNumbers?(numbers: WholeNumbers): number | undefined
  end(): void | Promise<void>
  /** The content was cut off: nothing more of it comes. For sinks that hold something until then. */
  stop?(): void
  /** Whether it finds what stands behind a character of any encoding in which ASCII stands for itself. */
  readonly readsEightBit?: boolean
  /** Whether blocks of zero bytes in a text are nothing to it. Who asks whose records are in it does not know what was lost there. */
  readonly skipsZeros?: boolean
  /** Whether its reader refuses every line that it does not understand: then none is taken for a part of what hides in base64 or hexadecimal digits. */
  readonly refusesOthers?: boolean
}

/**
 * Who tells where in a content a value is: the `text` itself, since it is as it was stored, or whoever made text of it; or the one place that
 * all of it is from. Absent: nobody can tell more than the line and the offset.
 */
export type ToldBy = 'text' | RowTeller | FormatPlace

/**
 * Tells where a row is, by its line from 1 on, and in it a cell, where the line is short enough to look at: its number from 0, and how
 * many there are. It is asked while the row is written or not long after.
 */
export type RowTeller = (record: number, cell?: { index: number; count: number }) => Told

/**
 * Opens the sink of one innermost content. `path` names the containers around it, outermost first, e.g. `['gzip']`,
 * `['zstd', 'gzip']`; a second content in the same container has a numbered name, e.g. `['gzip', 'trailing']`. `isPixels`: colours and other
 * numbers of a picture, in which no text is written in another form.
 */
export type OpenSink = (path: readonly string[], told?: ToldBy, isPixels?: boolean) => Sink
