import { byteSource } from '../byte-source.ts'
import { decodeMember } from '../decode-member.ts'
import { countMember, type Decoding, stopOf } from '../decoding.ts'
import type { Content, Format } from '../format.ts'
import { latin1 } from '../latin-1.ts'
import { nextBytes, takeBytes } from '../next-bytes.ts'
import { type ArchiveNames, withNames } from './archive-names.ts'

const lineFeed = 0x0a
/** Longer lines of metadata are not read. */
const mostLine = 65_536
const fileHeader = /^\d [A-Z][0-9a-f]+(?: [A-Z][0-9a-f]+)*\n\x01\x02N /
const messageHeader = /^\x01\x02N {10}([0-9a-f]{16})\n$/i
const messageHeaderLength = 30
const behindMessage = Buffer.from('\n\x01\x03\n')

/**
 * Mailboxes of Dovecot: a file for each message (sdbox) or one of several (mdbox). Messages, which may be compressed, are `[...path, 'member-1']` and so on; what Dovecot says behind each is
 * a row of `[...path, 'names']`, with the letter that stands before a value (`BINBOX`) apart from it. The format has no end: a file that was cut off between two messages looks complete.
 */
export const dbox: Format = {
  name: 'dbox',
  kind: 'archive',
  isFormat: (head) => head[1] === 0x20 && fileHeader.test(latin1(head)),
  read: (content, decoding) => withNames(content.path, decoding, (names) => readMessages(content, decoding, names)),
}

async function readMessages({ source, path }: Content, decoding: Decoding, names: ArchiveNames): Promise<void> {
  let messages = 0
  const stop = stopOf('dbox', path, () => messages)

  async function takeLine(): Promise<Buffer> {
    for (let count = 256; ; count *= 2) {
      const bytes = await source.peek(count)
      const end = bytes.indexOf(lineFeed)
      if (end > mostLine || (end === -1 && bytes.length > mostLine)) throw stop('corrupt', 'expected a line')
      if (end !== -1) return (await takeBytes(source, end + 1))!.subarray(0, end)
      if (bytes.length < count) throw stop('truncated', 'expected more bytes of a line')
    }
  }

  await takeLine()
  while ((await source.peek(1)).length > 0) {
    const header = await takeBytes(source, messageHeaderLength)
    if (header === undefined) throw stop('truncated', 'expected more bytes of a header')
    const size = messageHeader.exec(header.toString('latin1'))?.[1]
    if (size === undefined) throw stop('corrupt', 'expected a header')
    messages += 1
    countMember(decoding, path)
    const truncated = () => stop('truncated', 'expected more bytes of a message')
    const message = byteSource(nextBytes(source, Number.parseInt(size, 16), truncated))
    await decodeMember({ source: message, path: [...path, `member-${messages}`] }, decoding)
    const behind = await takeBytes(source, behindMessage.length)
    if (behind === undefined) throw truncated()
    if (!behind.equals(behindMessage)) throw stop('corrupt', 'expected the end of a message')
    for (let line = await takeLine(); line.length > 0; line = await takeLine()) {
      names.cell(line.subarray(0, 1))
      names.cell(line.subarray(1))
    }
    await names.row()
  }
}
