/**
 * How far a decoder goes before it stops with a gap `limit`, so that a small hostile object cannot occupy a scan.
 * `depth`: containers inside each other. `ratio`: decoded bytes per stored byte, checked from 16 MiB of output on.
 * `decodedBytes`: all output of one object, at every level. `windowLog`: memory of one zstd frame, as a power of two.
 * `heldBytes`: contents held in memory at the same time, since they have to be read at any place. `members`: contents inside of one object.
 */
export type Limits = {
  depth: number
  ratio: number
  decodedBytes: number
  windowLog: number
  heldBytes: number
  members: number
}

export const defaultLimits: Limits = {
  depth: 8,
  ratio: 1000,
  decodedBytes: 2 ** 42,
  windowLog: 27,
  heldBytes: 2 ** 28,
  members: 10_000_000,
}
