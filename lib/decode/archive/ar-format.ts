import { beginsWith } from '../begins-with.ts'
import { byteSource } from '../byte-source.ts'
import { decodeMember } from '../decode-member.ts'
import { addGap, countMember, type Decoding, stopOf } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { nextBytes, takeBytes } from '../next-bytes.ts'
import { once, readRaw } from '../raw-content.ts'
import { type ArchiveNames, withNames } from './archive-names.ts'

const magic = Buffer.from('!<arch>\n')
const thinMagic = Buffer.from('!<thin>\n')
const headerLength = 60

/**
 * ar archives of System V, GNU and BSD, and so Debian packages and static libraries. Members are `[...path, 'member-1']` and so on,
 * also the tables of symbols and of long names; names are rows of `[...path, 'names']`. The format has no end: one that was
 * cut off between two members looks complete. Members of a thin archive are other files, which is a gap.
 */
export const ar: Format = {
  name: 'ar',
  kind: 'archive',
  isFormat: (head) => beginsWith(head, magic) || beginsWith(head, thinMagic),
  read: (content, decoding) => withNames(content.path, decoding, (names) => readMembers(content, decoding, names)),
}

async function readMembers({ source, path }: Content, decoding: Decoding, names: ArchiveNames): Promise<void> {
  let members = 0
  const stop = stopOf('ar', path, () => members)
  const isThin = (await takeBytes(source, magic.length))?.equals(thinMagic) ?? false
  if (isThin) {
    const detail = 'ar: expected an archive that holds its members'
    addGap(decoding, { reason: 'unsupported-format', path, offset: 0, detail })
  }
  while ((await source.peek(1)).length > 0) {
    const bytes = await takeBytes(source, headerLength)
    if (bytes === undefined) throw stop('truncated', 'expected more bytes of a header')
    const header = parseHeader(bytes)
    if (header === undefined) throw stop('corrupt', 'expected a header')
    members += 1
    countMember(decoding, path)
    for (const text of header.texts) names.cell(text)
    // BSD's long names stand before the data.
    const nameLength = header.longName
    if (nameLength > Math.min(header.size, maxName)) throw stop('corrupt', 'expected a name within its member')
    const name = await takeBytes(source, nameLength)
    if (name === undefined) throw stop('truncated', 'expected more bytes of a name')
    names.field(name)
    await names.row()
    const isElsewhere = isThin && !header.isTable
    const memberPath = [...path, `member-${members}`]
    if (header.size > nameLength && !isElsewhere) {
      const truncated = () => stop('truncated', 'expected more bytes of a member')
      const data = nextBytes(source, header.size - nameLength, truncated)
      await decodeMember({ source: byteSource(data), path: memberPath }, decoding)
    }
    // Data is padded to an even length; the last padding is often left out.
    const padding = header.size % 2 === 1 && !isElsewhere ? await takeBytes(source, 1) : undefined
    if (padding !== undefined && padding[0] !== 0x0a && padding[0] !== 0)
      await readRaw(once(padding), [...memberPath, 'padding'], decoding, notPadding)
  }
}

const maxName = 65_536

/** No checksum tells whether the size is right, and the byte may be the last one of the data. */
const notPadding = { kind: 'refused', reason: 'corrupt', detail: 'ar: expected a line feed behind the data' } as const

type ArHeader = {
  size: number
  /** Bytes of the data that are a name. */
  longName: number
  /** A table that the archive holds itself. */
  isTable: boolean
  texts: Buffer[]
}

const largestOrdinary = 65_535

/** A header (`ar(5)`): texts padded with spaces, numbers in decimal, the mode in octal. */
function parseHeader(bytes: Buffer): ArHeader | undefined {
  const field = (from: number, length: number) => bytes.toString('latin1', from, from + length).trimEnd()
  const name = field(0, 16)
  const size = field(48, 10)
  if (bytes.toString('latin1', 58) !== '`\n' || !/^[0-9]+$/.test(size)) return undefined
  const longName = /^#1\/([0-9]+)$/.exec(name)
  const texts = [bytes.subarray(0, 16)]
  for (const [from, length, isOrdinary] of [
    [16, 12, (text: string) => /^-?[0-9]*$/.test(text) && Number(text) < 2 ** 36],
    [28, 6, (text: string) => /^[0-9]*$/.test(text) && Number(text) <= largestOrdinary],
    [34, 6, (text: string) => /^[0-9]*$/.test(text) && Number(text) <= largestOrdinary],
    [40, 8, (text: string) => /^[0-7]*$/.test(text)],
  ] as const)
    if (!isOrdinary(field(from, length))) texts.push(bytes.subarray(from, from + length))
  const isTable = name === '/' || name === '//' || name === '/SYM64/'
  return { size: Number(size), longName: Number(longName?.[1] ?? 0), isTable, texts }
}
