import { openModule, pageBytes } from '../../../web-assembly.ts'
import { kernelBytes } from './kernel-bytes.ts'

/** What `assembly/index.ts` exports. */
type Exports = {
  look(length: number, shortest: number): number
  firstControl(): number
  wasAscii(): number
  hadKey(): number
  hadEscape(): number
}

/**
 * What one pass over some bytes saw. `group`: where the first `group` bytes begin that have a control byte that text does not
 * have; not less than their number where there is none. `runs`: from and to of each run of at least `shortestRun` letters, digits and signs of base64, of a backslash or a percent
 * sign, ascending, but for those that surely hold none of what is looked for in them. `hasEscape`: whether a backslash stands before a `u` or an `x`. `mayHaveKey`: whether `BEGIN ` in any case, `$A`, `GIT `, `LOB(`, `LOB_` or `integer64` may be in them: every key of a mark has one of these (`encoded-marks.ts`).
 */
export type Survey = {
  readonly group: number
  readonly isAscii: boolean
  readonly hasEscape: boolean
  readonly runs: Int32Array
  readonly mayHaveKey: boolean
}

/** `runs` are overwritten by the next look at any bytes. */
export type TextKernel = { look(bytes: Uint8Array): Survey }

/** So many bytes are looked at together. */
export const group = 64
/** So many bytes are looked at at once, at most. */
export const mostBytes = 256 * 1024
/** From 48 to 64. */
export const shortestRun = 48
const space = 0x20
/** In front of the bytes there are constants, and bytes that are in no run. */
const blockAt = 272

const sixteen = (byte: number) => new Uint8Array(16).fill(byte)
const pair = (text: string) => Buffer.from(text.repeat(8))
/**
 * What the kernel computes with, 16 bytes each: the order is the kernel's. What a byte is, a bit each, comes from two tables, of its low and of its
 * high half; a bit stands for bytes of one row, or of two rows that are the same. 1, 2, 4, 8, 16: characters of a run (`%+-/`, digits, letters and signs from
 * 0x41 or 0x61, from 0x50, from 0x70); 32, 64: control bytes that text does not have.
 */
const constants: readonly Uint8Array[] = [
  Uint8Array.of(122, 126, 126, 126, 126, 127, 126, 126, 126, 94, 92, 5, 76, 69, 36, 109),
  Uint8Array.of(32, 64, 1, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0),
  ...[sixteen(0x0f), sixteen(31), sixteen(space - 1), sixteen(0)],
  ...[sixteen(0x20), pair('gi'), pair('eg'), pair('$$'), sixteen(96)],
  ...['IT', 'LO', 'OB', '\\\\', 'r6'].map(pair),
]

/** Behind the runs there are tables by which runs are judged (`assembly/tokens.ts`). */
const tablesAt = mostBytes + pageBytes

/**
 * `firstPairs` and `endings`: for each two bytes, the first one in the upper half, 1 for those that a format begins with, and that may say something about a run right behind
 * them; `firstBytes`: the same for one byte; the others: what a character stands for in an encoding, or 255.
 */
export type RunTables = Readonly<
  Record<'firstPairs' | 'endings' | 'base64' | 'hex' | 'base32' | 'firstBytes', Uint8Array>
>

/** Undefined: this machine has no SIMD for it. */
export function openTextKernel(tables: RunTables): TextKernel | undefined {
  const opened = openModule<Exports>(kernelBytes, (mostBytes + 2 * pageBytes) / pageBytes)
  if (opened === undefined) return undefined
  const { buffer } = opened
  const { look, firstControl, wasAscii, hadKey, hadEscape } = opened.exports
  const bytesOfConstants = new Uint8Array(buffer)
  constants.forEach((constant, at) => {
    bytesOfConstants.set(constant, at * constant.length)
  })
  let at = tablesAt
  for (const table of [
    bitsOf(tables.firstPairs),
    bitsOf(tables.endings),
    tables.base64,
    tables.hex,
    tables.base32,
    tables.firstBytes,
  ]) {
    bytesOfConstants.set(table, at)
    at += table.length
  }
  const block = new Uint8Array(buffer, blockAt)
  const runs = new Int32Array(buffer, blockAt + mostBytes + group)
  return {
    look(bytes) {
      block.set(bytes)
      block.fill(space, bytes.length, bytes.length + group)
      const count = look(bytes.length, shortestRun)
      return {
        group: firstControl(),
        isAscii: wasAscii() === 1,
        hasEscape: hadEscape() === 1,
        runs: runs.subarray(0, 2 * count),
        mayHaveKey: hadKey() === 1,
      }
    },
  }
}

/** Eight in a byte, the first one lowest. */
function bitsOf(flags: Uint8Array): Uint8Array {
  const bits = new Uint8Array(flags.length / 8)
  for (const [at, flag] of flags.entries()) bits[at >> 3]! |= flag << (at & 7)
  return bits
}
