import { DecodingStopped } from '../../decoding.ts'

/** How text is stored in a database. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/** What the pages of a database have in common; `usable`: bytes of a page without the reserved ones at its end. */
export type PageLayout = { pageSize: number; usable: number; encoding: TextEncoding }

/**
 * The header of a database (file format, 1.3). `pageCount`: absent where the header does not say it. `numbers`: fields of whole
 * numbers, which applications may use for their own. `autovacuum`: there are pointer map pages.
 */
export type SqliteHeader = PageLayout & {
  pageCount: number | undefined
  firstTrunk: number
  freePages: number
  autovacuum: boolean
  numbers: number[]
}

export const sqliteHeaderLength = 100

const numberOffsets = [24, 28, 32, 36, 40, 44, 48, 52, 60, 64, 68, 92, 96]
const encodings: (TextEncoding | undefined)[] = ['utf-8', 'utf-8', 'utf-16le', 'utf-16be']

/**
 * @throws DecodingStopped where a fixed field is not what the specification says, or reserved bytes are not zero
 */
export function parseSqliteHeader(bytes: Uint8Array, path: readonly string[]): SqliteHeader {
  if (bytes.length < sqliteHeaderLength)
    throw new DecodingStopped('truncated', path, 0, 'sqlite: expected a header of 100 bytes')
  const view = new DataView(bytes.buffer, bytes.byteOffset, sqliteHeaderLength)
  const stored = view.getUint16(16)
  const pageSize = stored === 1 ? 65_536 : stored
  const usable = pageSize - bytes[20]!
  const encoding = encodings[view.getUint32(56)]
  const problem = headerProblem(bytes, pageSize, usable, encoding)
  if (problem !== undefined || encoding === undefined)
    throw new DecodingStopped('corrupt', path, 0, `sqlite header: expected ${problem}`)
  const count = view.getUint32(28)
  return {
    pageSize,
    usable,
    encoding,
    // Only a writer that keeps the number says so; others leave an old one.
    pageCount: count > 0 && view.getUint32(24) === view.getUint32(92) ? count : undefined,
    firstTrunk: view.getUint32(32),
    freePages: view.getUint32(36),
    autovacuum: view.getUint32(52) !== 0,
    numbers: numberOffsets.map((at) => view.getUint32(at)),
  }
}

function headerProblem(
  bytes: Uint8Array,
  pageSize: number,
  usable: number,
  encoding: TextEncoding | undefined,
): string | undefined {
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) return 'a page size that is a power of two'
  if (usable < 480) return 'at least 480 usable bytes in a page'
  if (![1, 2].includes(bytes[18]!) || ![1, 2].includes(bytes[19]!)) return 'a format version of 1 or 2'
  if (bytes[21] !== 64 || bytes[22] !== 32 || bytes[23] !== 32) return 'payload fractions of 64, 32 and 32'
  if (encoding === undefined) return 'a text encoding of 1, 2 or 3'
  if (bytes.subarray(72, 92).some((byte) => byte !== 0)) return 'reserved bytes to be zero'
  return undefined
}
