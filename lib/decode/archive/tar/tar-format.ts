import { byteSource } from '../../byte-source.ts'
import { decodeMember } from '../../decode-member.ts'
import { addGap, countMember, stopOf } from '../../decoding.ts'
import type { Format } from '../../format.ts'
import { nextBytes, takeBytes } from '../../next-bytes.ts'
import { once, readRaw } from '../../raw-content.ts'
import { withNames } from '../archive-names.ts'
import { readDumpDirectory, readPaxHeader, readText, type TarReading } from './tar-extensions.ts'
import { blockLength, isHeader, isTar, parseTarHeader, type TarHeader } from './tar-header.ts'
import { readOldSparseMap, readSparseMap, sparseBytes } from './tar-sparse.ts'

/**
 * Tape archives: v7, ustar and pax (POSIX.1-2001), GNU's and star's. Members are `[...path, 'member-1']` and so on, names
 * and other texts of headers a row of `[...path, 'names']` for each of them. An archive without the two blocks of zeros at its
 * end may have been cut off between two members, so it is `truncated`.
 */
export const tar: Format = {
  name: 'tar',
  kind: 'archive',
  isFormat: isTar,
  read: ({ source, path }, decoding) =>
    withNames(path, decoding, async (names) => {
      const reading: TarReading = {
        source,
        path,
        decoding,
        names,
        members: 0,
        records: 0,
        pending: undefined,
        stop: stopOf('tar', path, () => reading.members),
      }
      while (await readEntry(reading));
    }),
}

/** Reads one header and its data; false at the archive's end. */
async function readEntry(reading: TarReading): Promise<boolean> {
  const { source, names, stop } = reading
  const zeroBlocks = await skipZeroBlocks(reading)
  const block = await source.peek(blockLength)
  if (!isHeader(block)) {
    if (block.length < blockLength && zeroBlocks < 2) throw stop('truncated', 'expected two blocks of zeros at the end')
    if (zeroBlocks < 2) throw stop('corrupt', 'expected a header with a checksum that matches')
    if (reading.pending !== undefined) throw stop('corrupt', 'expected a member after an extended header')
    return false
  }
  // A header behind the end is that of another archive: both are read.
  const header = parseTarHeader(Buffer.from(block.subarray(0, blockLength)))
  source.skip(blockLength)
  if (header === undefined) throw stop('corrupt', 'expected a size in a header')
  for (const text of header.texts) names.field(text)
  switch (header.type) {
    case 'x':
    case 'X':
    case 'g':
      await readPaxHeader(reading, header)
      return true
    case 'L':
    case 'K':
      await readText(reading, header)
      return true
    default:
      await readMember(reading, header)
      await names.row()
      return true
  }
}

/** Consumes blocks of zeros, and fewer zeros than a block where nothing follows them; returns how many blocks. */
async function skipZeroBlocks({ source }: TarReading): Promise<number> {
  let blocks = 0
  for (;;) {
    const bytes = await source.peek(blockLength)
    if (bytes.length < blockLength) {
      if (blocks >= 2 && isZero(bytes)) source.skip(bytes.length)
      return blocks
    }
    let count = 0
    while (
      (count + 1) * blockLength <= bytes.length &&
      isZero(bytes.subarray(count * blockLength).subarray(0, blockLength))
    )
      count += 1
    if (count === 0) return blocks
    source.skip(count * blockLength)
    blocks += count
  }
}

const zeroBlock = Buffer.alloc(blockLength)

const isZero = (bytes: Uint8Array): boolean => zeroBlock.compare(bytes, 0, bytes.length, 0, bytes.length) === 0

async function readMember(reading: TarReading, header: TarHeader): Promise<void> {
  const { source, path, decoding, stop } = reading
  reading.members += 1
  countMember(decoding, path)
  const { size: changedSize, sparse } = reading.pending ?? {}
  reading.pending = undefined
  const memberPath = [...path, `member-${reading.members}`]
  const truncated = () => stop('truncated', 'expected more bytes of a member')
  let size = changedSize ?? header.size
  let bytes = nextBytes(source, size, truncated)
  if (header.type === 'S') {
    const map = await readOldSparseMap(header.block, source, stop)
    bytes = sparseBytes(source, { ...map, size }, memberPath, decoding)
  } else if (sparse !== undefined) {
    const map = await readSparseMap(sparse, size, source, stop)
    size = map.size
    bytes = sparseBytes(source, map, memberPath, decoding)
  } else if (size > 0 && '123456'.includes(header.type) && (await isFollowed(reading))) return
  if (header.type === 'M' || isPart(header))
    addGap(decoding, {
      reason: 'truncated',
      path: memberPath,
      offset: 0,
      detail: 'tar: expected a member that is whole',
    })
  if (header.type === 'D' && size > 0) return readDumpDirectory(reading, size)
  if (header.type === 'S' || sparse !== undefined || size > 0)
    await decodeMember({ source: byteSource(bytes), path: memberPath }, decoding)
  await readPadding(reading, size, [...memberPath, 'padding'])
}

/** Of files of more than 64 KiB duplicity makes a member of every 64, also within a word. */
const isPart = ({ block }: TarHeader): boolean => block.toString('latin1', 0, partOf.length) === partOf

const partOf = 'multivol_'

/**
 * Links, devices and directories have no data, whatever size they state, and yet some archives hold it (POSIX allows it for
 * links). Whether another header follows at once tells them apart; in doubt it is read as data, and nothing is skipped.
 */
async function isFollowed({ source }: TarReading): Promise<boolean> {
  const block = await source.peek(blockLength)
  const isEnd = block.length === blockLength && isZero(block.subarray(0, blockLength))
  return isEnd || isHeader(block)
}

/** Consumes what fills the last block of data: zeros, or a content of its own. */
async function readPadding(
  { source, decoding, stop }: TarReading,
  size: number,
  path: readonly string[],
): Promise<void> {
  const length = (blockLength - (size % blockLength)) % blockLength
  const padding = await takeBytes(source, length)
  if (padding === undefined) throw stop('truncated', 'expected the last block of a member to be whole')
  if (!isZero(padding)) await readRaw(once(padding), path, decoding)
}
