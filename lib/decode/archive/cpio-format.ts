import { byteSource } from '../byte-source.ts'
import { headLength } from '../checks/known-formats.ts'
import { skipZeros } from '../compression/skip-zeros.ts'
import { decodeMember } from '../decode-member.ts'
import { countMember, type Decoding, stopOf } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { nextBytes, takeBytes } from '../next-bytes.ts'
import { once, readRaw } from '../raw-content.ts'
import { type ArchiveNames, withNames } from './archive-names.ts'
import { type CpioHeader, isCpio, longestHeader, parseCpioHeader } from './cpio-header.ts'

/**
 * cpio archives: newc and crc of SVR4, odc of POSIX.1 and the old binary format in both orders. Members are
 * `[...path, 'member-1']` and so on (of a symbolic link, what it points to), names rows of `[...path, 'names']`. Only the
 * member `TRAILER!!!` ends an archive; others may follow, as in an initial RAM disk. Data has a checksum in crc only.
 */
export const cpio: Format = {
  name: 'cpio',
  kind: 'archive',
  isFormat: isCpio,
  read: (content, decoding) => withNames(content.path, decoding, (names) => readArchives(content, decoding, names)),
}

const trailer = Buffer.from('TRAILER!!!')
const maxName = 65_536

async function readArchives({ source, path }: Content, decoding: Decoding, names: ArchiveNames): Promise<void> {
  let members = 0
  const stop = stopOf('cpio', path, () => members)
  const take = async (count: number): Promise<Buffer> => {
    const bytes = await takeBytes(source, count)
    if (bytes === undefined) throw stop('truncated', 'expected more bytes of a member')
    return bytes
  }
  for (;;) {
    const header = parseCpioHeader(await source.peek(longestHeader))
    if (header === undefined) {
      const reason = (await source.peek(longestHeader)).length < longestHeader ? 'truncated' : 'corrupt'
      throw stop(reason, 'expected a header')
    }
    if (header.nameLength === 0 || header.nameLength > maxName) throw stop('corrupt', 'expected a name')
    source.skip(header.length)
    const name = await take(header.nameLength)
    names.field(name)
    if (name.at(-1) !== 0) throw stop('corrupt', 'expected a NUL at the end of a name')
    for (const number of header.odd) names.cell(Buffer.from(String(number)))
    names.cell(withoutZeros(await take(paddingOf(header.length + header.nameLength, header))))
    if (name.subarray(0, -1).equals(trailer)) {
      if (header.size > 0) throw stop('corrupt', 'expected nothing in the last member')
      await names.row()
      await skipZeros(source)
      if (!isCpio(await source.peek(headLength))) return
      continue
    }
    members += 1
    countMember(decoding, path)
    await names.row()
    const memberPath = [...path, `member-${members}`]
    if (header.size > 0) {
      const bytes = nextBytes(source, header.size, () => stop('truncated', 'expected more bytes of a member'))
      const data = header.sum === undefined ? bytes : summed(bytes, header.sum, memberPath)
      await decodeMember({ source: byteSource(data), path: memberPath }, decoding)
    }
    const padding = withoutZeros(await take(paddingOf(header.size, header)))
    if (padding.length > 0) await readRaw(once(padding), [...memberPath, 'padding'], decoding, notZeros)
  }
}

function paddingOf(length: number, { alignment }: CpioHeader): number {
  return (alignment - (length % alignment)) % alignment
}

/** No checksum tells whether the size is right, and what is padded with may be the end of the data. */
const notZeros = { kind: 'refused', reason: 'corrupt', detail: 'cpio: expected zeros behind the data' } as const

const nothing = Buffer.alloc(0)

const withoutZeros = (padding: Buffer): Buffer => (padding.every((byte) => byte === 0) ? nothing : padding)

/** The bytes of a member whose sum is known. @throws DecodingStopped at their end where it is another */
async function* summed(
  bytes: AsyncIterable<Uint8Array>,
  expected: number,
  path: readonly string[],
): AsyncGenerator<Uint8Array, void, undefined> {
  let sum = 0
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at++) sum = (sum + chunk[at]!) >>> 0
    yield chunk
  }
  if (sum !== expected) throw stopOf('cpio', path)('corrupt', 'expected the checksum to match')
}
