import { crc32 } from '../../../checksums/crc32.ts'
import { beginsWith } from '../../begins-with.ts'
import { byteSource } from '../../byte-source.ts'
import { decodeMember } from '../../decode-member.ts'
import { addGap, countMember, type Decoding, DecodingStopped } from '../../decoding.ts'
import type { ByteRange, Content, Format, ReadAt } from '../../format.ts'
import { holdContent } from '../../hold-content.ts'
import { inOne, nextBytes } from '../../next-bytes.ts'
import { rangeOf } from '../../range-source.ts'
import { readRaw } from '../../raw-content.ts'
import { type ArchiveNames, archiveNames, isCell } from '../archive-names.ts'
import { folderContent, refusalOf } from './folder-content.ts'
import { packedRanges, readSevenZipHeader, type SevenZip } from './seven-zip-header.ts'
import type { Folder } from './streams-info.ts'

const magic = Buffer.from('377abcaf271c', 'hex')

/**
 * 7z archives (7zFormat.txt of the LZMA SDK), read at any place: the header is at the end. Files are `[...path, 'member-1']` and so on in
 * the order of the header, names rows of `[...path, 'names']`; bytes that no stream takes are `between-1`. Memory: a
 * nested archive, its header and, for a folder, the dictionary.
 */
export const sevenZip: Format = {
  name: '7z',
  kind: 'archive',
  isFormat: (head) => beginsWith(head, magic),
  async read(content, decoding) {
    const at = await holdContent(content, decoding)
    const names = archiveNames(content.path, decoding)
    try {
      const end = await readArchive(at, content.path, decoding, names)
      await names.end()
      await leaveTrailing(content, at, end, decoding)
    } finally {
      await names.flush()
      if (content.at === undefined) decoding.heldBytes -= at.size
    }
  },
}

/** Returns where the archive ends. */
async function readArchive(
  at: ReadAt,
  path: readonly string[],
  decoding: Decoding,
  names: ArchiveNames,
): Promise<number> {
  const archive = await readSevenZipHeader(at, path, decoding)
  decoding.heldBytes += archive.held
  try {
    await readContents(at, archive, path, decoding, names)
  } finally {
    decoding.heldBytes -= archive.held
  }
  return archive.end
}

async function readContents(
  at: ReadAt,
  archive: SevenZip,
  path: readonly string[],
  decoding: Decoding,
  names: ArchiveNames,
): Promise<void> {
  const { streams, files, end } = archive
  const packed = packedRanges(streams)
  const between = uncovered([...archive.ranges, ...packed], end, path)
  await readNames(archive, path, decoding, names)
  for (const [index, { from, to }] of between.entries())
    await decodeMember({ source: byteSource(rangeOf(at, from, to)), path: [...path, `between-${index + 1}`] }, decoding)
  const withData = files.hasData.flatMap((hasData, file) => (hasData ? [file] : []))
  let stream = 0
  let input = 0
  for (const [index, folder] of streams.folders.entries()) {
    const range = packed[input]
    input += folder.packed.length
    const members = folder.streams.map(
      (_, at) => `member-${(withData[stream + at] ?? files.hasData.length + stream + at) + 1}`,
    )
    stream += folder.streams.length
    const refusal = refusalOf(folder)
    if (refusal !== undefined || range === undefined) {
      const reason = refusal ?? { reason: 'unsupported-format' as const, detail: '7z: expected a packed stream' }
      addGap(decoding, { ...reason, path: [...path, `folder-${index + 1}`], offset: 0 })
      continue
    }
    const bytes = folderContent(folder, rangeOf(at, range.from, range.to), [...path, `folder-${index + 1}`], decoding)
    try {
      await readFolder(
        folder,
        bytes,
        members.map((member) => [...path, member]),
        decoding,
      )
    } finally {
      await bytes.return(undefined)
    }
  }
  if (stream !== withData.length)
    throw new DecodingStopped('corrupt', path, 0, '7z: expected as many contents as files that have one')
}

async function readNames(
  { files }: SevenZip,
  path: readonly string[],
  decoding: Decoding,
  names: ArchiveNames,
): Promise<void> {
  for (let file = 0; file < files.hasData.length; file++) {
    countMember(decoding, path)
    names.cell(files.names[file] ?? Buffer.alloc(0))
    await names.row()
  }
  for (const [index, bytes] of files.others.entries()) {
    if (bytes.every((byte) => byte === 0)) continue
    if (isCell(bytes)) names.cell(bytes)
    else await decodeMember({ source: byteSource(inOne(bytes)), path: [...path, `property-${index + 1}`] }, decoding)
  }
}

/** Reads the contents that a folder's stream is cut into; after a fault of the stream itself there are no others. */
async function readFolder(
  folder: Folder,
  bytes: AsyncGenerator<Uint8Array>,
  paths: readonly (readonly string[])[],
  decoding: Decoding,
): Promise<void> {
  const state = { crc: 0, isFailed: false }
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of bytes) {
        state.crc = crc32(chunk, state.crc)
        yield chunk
      }
    } catch (error) {
      state.isFailed = true
      throw error
    }
  }
  const source = byteSource(watched())
  for (const [index, { size, crc }] of folder.streams.entries()) {
    const path = paths[index]!
    const truncated = () => new DecodingStopped('truncated', path, 0, '7z: expected more bytes of a file')
    const member = checked(nextBytes(source, size, truncated), crc, path)
    await decodeMember({ source: byteSource(member), path }, decoding)
    if (state.isFailed) return
  }
  try {
    const isWhole = (await source.peek(1)).length === 0 && (folder.crc === undefined || folder.crc === state.crc)
    if (!isWhole) throw new DecodingStopped('corrupt', paths[0] ?? [], 0, '7z: expected a folder to be its contents')
  } catch (error) {
    if (!(error instanceof DecodingStopped) || decoding.exhausted) throw error
    addGap(decoding, error.gap)
  }
}

async function* checked(
  bytes: AsyncIterable<Uint8Array>,
  expected: number | undefined,
  path: readonly string[],
): AsyncGenerator<Uint8Array> {
  let crc = 0
  for await (const chunk of bytes) {
    crc = crc32(chunk, crc)
    yield chunk
  }
  if (expected !== undefined && crc !== expected)
    throw new DecodingStopped('corrupt', path, 0, '7z: expected the checksum of a file to match')
}

/** Consumes the archive where its source still has it; what follows is left there, or read where it was held. */
async function leaveTrailing(
  { source, path, at: isStored }: Content,
  at: ReadAt,
  end: number,
  decoding: Decoding,
): Promise<void> {
  if (isStored !== undefined) {
    const cut = () =>
      new DecodingStopped('truncated', path, end, '7z: expected as many bytes as can be read at any place')
    for await (const _ of nextBytes(source, end, cut));
    return
  }
  if (end === at.size) return
  const rest = byteSource(rangeOf(at, end, at.size))
  await readRaw(rest, [...path, 'trailing'], decoding, { kind: 'trailing' })
}

/**
 * The parts of an archive that none of the ranges covers, in order. @throws DecodingStopped where two ranges overlap, or one
 * is not within the archive
 */
function uncovered(ranges: readonly ByteRange[], size: number, path: readonly string[]): ByteRange[] {
  const parts: ByteRange[] = []
  let end = 0
  for (const { from, to } of ranges.filter((range) => range.to > range.from).sort((x, y) => x.from - y.from)) {
    if (from < end || to > size)
      throw new DecodingStopped('corrupt', path, from, '7z: expected packed streams that do not overlap')
    if (from > end) parts.push({ from: end, to: from })
    end = to
  }
  return parts
}
