import { createLineCounter } from './count-lines.ts'
import type { Block } from './finder.ts'
import { plainSources, type Sources } from './sources.ts'

/** Memory in which matchers look at their bytes, one at a time. */
export type Workspace = {
  readonly block: Block
  readonly sources: Sources
  /** Newlines in the block's bytes from `from` to before `to`. */
  countNewlines(from: number, to: number): number
  /** Who has bytes in the block. */
  holder: Holder | undefined
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
