import type { WholeNumbers } from '../decode/whole-numbers.ts'
import { createLineCounter } from './count-lines.ts'
import type { Block } from './finders/finder.ts'
import type { Doubt, NumberPlace } from './finders/number-lookup.ts'
import { plainSources, type Sources } from './finders/sources.ts'
import type { Sifted } from './forms/spots.ts'

/** Memory in which matchers look at their bytes, one at a time. */
export type Workspace = {
  readonly block: Block
  readonly sources: Sources
  /** Newlines in the block's bytes from `from` to before `to`. */
  countNewlines(from: number, to: number): number
  /** Undefined in plain TypeScript, which leaves nothing out. */
  readonly sieve?: Sieve
  /** Undefined in plain TypeScript. */
  readonly numbers?: NumberSource
  /** Who has bytes in the block. */
  holder: Holder | undefined
}

/** Looks up whole numbers that are at the beginning of the block; leaves out what is certainly no identifier. */
export type NumberSource = {
  lookUp(numbers: WholeNumbers, doubt: Doubt): { candidates: NumberPlace[]; doubtful: NumberPlace[]; lineBytes: number }
}

/** Says where in the block something may be written in a form. */
export type Sieve = {
  /**
   * What is scanned from now on is looked at for this, with the tables of `sieveTables`: bytes [from, to) of the block are new; of those before, `known` are of
   * the same content, 64 if there are as many. Returns the newlines in [from, to).
   */
  begin(tables: Uint8Array, from: number, to: number, known: number): number
  /** To be called when the block has been scanned, whatever happened. */
  sift(): void
  /** Places since `begin`, by list. They are overwritten by the next `begin`. */
  readonly sifted: Sifted
}

export type Holder = {
  /** Somebody else needs the block: takes along what is still needed. @throws while it is being looked at */
  leave(): void
}

/** A workspace in plain TypeScript, for one matcher. */
export function createWorkspace(blockBytes: number): Workspace {
  const bytes = new Uint8Array(blockBytes)
  const block = { bytes, view: new DataView(bytes.buffer), buffer: Buffer.from(bytes.buffer) }
  return { block, sources: plainSources(block), countNewlines: createLineCounter(bytes), holder: undefined }
}
