import { createHash } from 'node:crypto'
import type { ByteSource } from '../byte-source.ts'
import { headLength } from './known-formats.ts'

/** How many bytes, those at the end of the head in hexadecimal digits, and the digest of all. */
type KnownContent = { length: number; mark: string; sha256: string }

const known: readonly KnownContent[] = [
  // `docProps/thumbnail.jpeg` of python-docx.
  {
    length: 8324,
    mark: '5457000000160000',
    sha256: '96367138dc44ce09bf2c8f0f8e49348a1478d2c5c0af69bbc2bbc38b63cdcead',
  },
  // `docProps/thumbnail.jpeg` of python-pptx.
  {
    length: 4067,
    mark: '5457000000160000',
    sha256: '116f9aa8ea038e39ef47ee99a23592ab569cf77feafecd0a30e222369e931d25',
  },
  // `ppt/printerSettings/printerSettings1.bin` of python-pptx.
  {
    length: 9395,
    mark: '2e7374617465466c',
    sha256: 'd7768f87e07d29634782e448ece1cddd05a52b9499254222b1190bc8f6dc579e',
  },
]

const markLength = 8
const marks = new Set(known.map(({ mark }) => mark))
const longest = Math.max(...known.map(({ length }) => length))

/**
 * Whether a content is, byte for byte, one that a program puts into every document from its template: a picture of an empty page, the settings
 * of its maker's printer. Nobody's data is in it, though nothing reads it.
 */
export async function isKnownContent(source: ByteSource, head: Uint8Array): Promise<boolean> {
  if (head.length < headLength) return false
  const mark = Buffer.from(head.buffer, head.byteOffset + headLength - markLength, markLength).toString('hex')
  if (!marks.has(mark)) return false
  const bytes = await source.peekSome(longest + 1)
  const alike = known.filter(({ length }) => length === bytes.length)
  return alike.some(({ sha256 }) => sha256 === createHash('sha256').update(bytes).digest('hex'))
}
